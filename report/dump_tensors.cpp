// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/dump_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "spillway/models/data/npy_writer.h"
#include "spillway/traces/result_files.h"
#include "spillway/traces/run_directory.h"

namespace spillway {

namespace {

constexpr std::size_t longest_name = 100;

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

std::string safe_name(const std::string& tensor) {
  std::string name = tensor;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_safe(c); }, '_');
  if (name.empty() || name[0] == '.') name.insert(name.begin(), '_');
  if (name.size() > longest_name) name = name.substr(0, longest_name - 17) + "-" + content_hash(tensor);
  return name;
}

/// As file systems may compare names that differ in letter case alone.
std::string folded(std::string name) {
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

}  // namespace

std::vector<std::string> tensor_file_names(std::span<const std::string> tensors) {
  std::vector<std::string> names;
  std::set<std::string> taken{"tensors"};
  for (const std::string& tensor : tensors) {
    const std::string name = safe_name(tensor);
    std::string unique = name;
    for (int number = 2; !taken.insert(folded(unique)).second; ++number) unique = fmt::format("{}_{}", name, number);
    names.push_back(unique + ".npy");
  }
  return names;
}

std::vector<std::size_t> parse_dump(const golden_model& of, std::span<const std::string> names) {
  std::vector<std::string> single;
  const auto is_tensor = [&](const std::string& name) {
    return std::any_of(of.tensors().begin(), of.tensors().end(),
                       [&](const auto& tensor) { return tensor.name == name; });
  };
  for (const std::string& name : names) {
    if (is_tensor(name)) {
      single.push_back(name);
      continue;
    }
    for (std::size_t at = 0; at <= name.size();) {
      const std::size_t end = std::min(name.find(',', at), name.size());
      single.push_back(name.substr(at, end - at));
      at = end + 1;
    }
  }
  return find_tensors(of, single);
}

bool write_tensors(const design_tensors& of, const dataset& data, std::span<const std::size_t> tensors,
                   const std::string& folder, const std::function<bool(std::uint64_t frames_done)>& on_progress) {
  std::vector<std::string> names;
  for (const std::size_t tensor : tensors) names.push_back(of.model().tensors()[tensor].name);
  const std::vector<std::string> files = tensor_file_names(names);
  std::map<std::size_t, npy_writer> writers;
  std::vector<noted_tensor> notes;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    std::vector<std::int64_t> shape = of.model().tensors()[tensors[i]].shape;
    shape.insert(shape.begin(), data.frames());
    writers.try_emplace(tensors[i], folder + "/" + files[i], shape);
    notes.push_back({names[i], files[i], std::move(shape)});
  }
  const bool is_whole = of.evaluate(
      data, tensors,
      [&](std::size_t tensor, std::int64_t, const double_tensor& part) { writers.at(tensor).append(part.values); },
      on_progress);
  if (!is_whole) return false;
  for (auto& [tensor, writer] : writers) writer.keep();
  note_tensor_files(folder, notes);
  return true;
}

}  // namespace spillway
