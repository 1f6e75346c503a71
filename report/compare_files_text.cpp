// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "spillway/report/assumption_json.h"
#include "spillway/report/compare_files.h"

namespace spillway {

namespace {

std::string file_name_of(const std::string& path) { return std::filesystem::path(path).filename().string(); }

/// "17 (0.53125 in the file)", "0.53125" or "17".
std::string value_text(const compared_element& of) {
  if (of.number && of.value) return fmt::format("{} ({:.9g} in the file)", *of.number, *of.value);
  return of.number ? fmt::format("{}", *of.number) : fmt::format("{:.9g}", of.value.value_or(0));
}

std::string count_text(std::int64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string place_text(const model_difference& of) {
  const std::string tensor = of.found.tensor;
  switch (of.what) {
    case compared_kind::sums:
      return fmt::format("the sums of {} (tensor {})", of.found.node, tensor);
    case compared_kind::levels:
      return fmt::format("the levels of {} (tensor {})", of.found.node, tensor);
    case compared_kind::tensor:
      return fmt::format("tensor {} of {}", tensor, of.found.node.empty() ? "the input" : of.found.node);
    case compared_kind::output:
      return fmt::format("the output {}", tensor);
    case compared_kind::labels:
      return fmt::format("the class (output {})", tensor);
  }
  return tensor;
}

std::string line_of(const file_comparison& file, const std::string& reference) {
  const model_comparison& of = file.of;
  if (!file.left_out.empty()) return fmt::format("{}: left out: {}\n", file.path, file.left_out);
  std::string text;
  if (of.first) {
    const model_difference& first = *of.first;
    text = fmt::format("{}: DIFFERS first in {}, {} {}", file.path, place_text(first),
                       first.what == compared_kind::labels ? "place" : "channel", first.channel);
    if (first.position > 0) text += fmt::format(", position {}", first.position);
    text += fmt::format(", frame {}: {}, where {} has {}", first.frame, value_text(first.found),
                        file_name_of(reference), value_text(first.expected));
    if (first.expected.tensor != first.found.tensor) text += fmt::format(" in {}", first.expected.tensor);
    text += "\n";
  } else {
    text = fmt::format("{}: equal\n", file.path);
  }
  text += fmt::format("  compared: sums of {}, levels of {}, the {}", count_text(of.sums, "product"),
                      count_text(of.levels, "quantizer"), of.labels ? "classes" : "outputs");
  if (of.tensors > 0) text += fmt::format(", {} by name", count_text(of.tensors, "tensor"));
  if (of.not_compared > 0) text += fmt::format("; {} without a counterpart", of.not_compared);
  return text + "\n";
}

nlohmann::ordered_json or_null(const auto& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

nlohmann::ordered_json difference_json(const model_difference& of) {
  return {{"what", to_string(of.what)},
          {"layer", of.found.node},
          {"tensor", of.found.tensor},
          {"channel", of.channel},
          {"position", of.position},
          {"frame", of.frame},
          {"element", or_null(of.element)},
          {"value", or_null(of.found.value)},
          {"number", or_null(of.found.number)},
          {"expected_layer", of.expected.node},
          {"expected_tensor", of.expected.tensor},
          {"expected_value", or_null(of.expected.value)},
          {"expected_number", or_null(of.expected.number)}};
}

nlohmann::ordered_json file_json(const file_comparison& file) {
  const bool is_left_out = !file.left_out.empty();
  nlohmann::ordered_json json{{"file", file.path},
                              {"result", is_left_out     ? "left out"
                                         : file.of.first ? "differs"
                                                         : "equal"},
                              {"left_out", is_left_out ? nlohmann::ordered_json(file.left_out) : nullptr},
                              {"sums", file.of.sums},
                              {"levels", file.of.levels},
                              {"tensors", file.of.tensors},
                              {"without_counterpart", file.of.not_compared},
                              {"classes_only", file.of.labels}};
  json["difference"] = file.of.first ? difference_json(*file.of.first) : nlohmann::ordered_json();
  json["assumptions"] = as_json(file.assumptions);
  return json;
}

}  // namespace

std::string to_text(const files_comparison& of) {
  std::string text =
      fmt::format("{} is what the others are compared with, on {} frames: {}\n", of.reference, of.frames, of.data);
  for (const file_comparison& file : of.files) text += line_of(file, of.reference);
  if (of.stopped) return text;
  const file_comparison* first = of.first();
  text += first != nullptr ? fmt::format("the first difference is in {}\n", first->path)
                           : std::string("no difference on this data\n");
  return text;
}

nlohmann::ordered_json as_json(const files_comparison& of) {
  nlohmann::ordered_json json{{"reference", of.reference}, {"data", of.data}, {"frames", of.frames}};
  json["seed"] = or_null(of.seed);
  json["equal"] = of.first() == nullptr;
  json["first"] = of.first() != nullptr ? nlohmann::ordered_json(of.first()->path) : nlohmann::ordered_json();
  json["files"] = nlohmann::ordered_json::array();
  for (const file_comparison& file : of.files) json["files"].push_back(file_json(file));
  json["interrupted"] = of.stopped;
  json["assumptions"] = as_json(of.assumptions);
  return json;
}

}  // namespace spillway
