// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/data/npy_header.h"
#include "spillway/models/dataflow/evaluate.h"
#include "spillway/models/load/design.h"
#include "spillway/models/network/evaluate.h"
#include "spillway/models/streamline/differences.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/models/real_data.h"

// Small files of many situations, with right outputs that were computed elsewhere: what is taken is right, and what is
// refused is refused in a line.

using namespace spillway;

namespace fs = std::filesystem;

namespace {

struct known_case {
  std::string name, today, wanted;
};

std::vector<known_case> read_cases(const fs::path& folder) {
  std::ifstream file(folder / "cases.tsv");
  std::string line;
  std::getline(file, line);  // the heading
  std::vector<known_case> cases;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    known_case& row = cases.emplace_back();
    std::getline(fields, row.name, '\t');
    std::getline(fields, row.today, '\t');
    std::getline(fields, row.wanted, '\t');
  }
  return cases;
}

/// The right outputs, all frames one after the other.
std::vector<double> right_outputs(const fs::path& path) {
  const std::string content = read_file(path.string(), std::size_t{1} << 24);
  const npy_header header = parse_npy_header(content, path.string());
  std::vector<double> result;
  if (header.kind == 'f' && header.item_bytes == 8 &&
      !header.is_big_endian) {  // `parse_npy` would round them to float32
    result.resize(static_cast<std::size_t>(header.size()));
    std::memcpy(result.data(), content.data() + header.data_begins, result.size() * sizeof(double));
    return result;
  }
  const npy_array array = parse_npy(content, path.string());
  if (const auto* reals = std::get_if<float_tensor>(&array)) return {reals->values.begin(), reals->values.end()};
  const auto& integers = std::get<integer_tensor>(array);
  for (std::int64_t i = 0; i < integers.size(); ++i) result.push_back(to_double(integers, i));
  return result;
}

bool assumes(const design& of, std::string_view what) {
  return std::any_of(of.assumptions.begin(), of.assumptions.end(),
                     [&](const assumption& one) { return one.what == what; });
}

/// Integers of the hardware as the file's numbers, and their steps.
struct file_numbers {
  std::vector<double> values, steps;
};

file_numbers numbers_of(const design& of, const integer_tensor& outputs) {
  const integer_tensor ordered = in_file_order(of.output, outputs);
  const double_tensor scale = in_file_order(of.output, of.integers.output_scale),
                      bias = in_file_order(of.output, of.integers.output_bias);
  file_numbers result;
  const auto frame = static_cast<std::int64_t>(of.output.places.size());
  for (std::int64_t first = 0; first < ordered.size(); first += frame) {
    broadcast_index s(scale.shape, of.output.shape), b(bias.shape, of.output.shape);
    for (std::int64_t e = 0; e < frame; ++e) {
      result.steps.push_back(scale.values[s.next()]);
      result.values.push_back(to_double(ordered, first + e) * result.steps.back() + bias.values[b.next()]);
    }
  }
  return result;
}

std::size_t class_of(const std::vector<double>& values, std::size_t first, std::size_t count) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
  return static_cast<std::size_t>(std::max_element(begin, begin + static_cast<std::ptrdiff_t>(count)) - begin);
}

/// Of several outputs the first one, which is what the cases state.
file_numbers first_of(const file_output& output, file_numbers all) {
  if (output.parts.empty()) return all;
  file_numbers first;
  const std::size_t frame = output.places.size(), size = static_cast<std::size_t>(output.parts.front().size);
  for (std::size_t i = 0; i < all.values.size(); ++i) {
    if (i % frame >= size) continue;
    first.values.push_back(all.values[i]);
    first.steps.push_back(all.steps[i]);
  }
  return first;
}

/// What the host makes of the outputs is no integer: the greatest of each frame stays the greatest.
void check_classes(const file_numbers& found, const std::vector<double>& right, std::size_t frame) {
  const std::size_t frames = found.values.size() / frame;
  const bool are_classes = right.size() == frames;
  REQUIRE((are_classes || right.size() == found.values.size()));
  for (std::size_t f = 0; f < frames; ++f) {
    const std::size_t expected = are_classes ? static_cast<std::size_t>(right[f]) : class_of(right, f * frame, frame);
    CHECK(class_of(found.values, f * frame, frame) == expected);
  }
}

/// The outputs that the case states. Those of `weight_tie` are integers; where all are 0 the evaluation did not know an
/// operator, and the file's own float32 stands in its place.
std::vector<double> stated_outputs(const design& of, const dataset& data, const fs::path& folder,
                                   const std::string& name) {
  std::vector<double> stated = right_outputs(folder / (name + ".expect.npy"));
  if (name == "weight_tie")
    for (double& value : stated) value *= of.integers.output_scale.at(0);
  if (std::any_of(stated.begin(), stated.end(), [](double value) { return value != 0; })) return stated;
  MESSAGE("no output is stated: ", name, " is compared with its own float32");
  const float_tensor own = evaluate(of.file, real_inputs(data, &of.integers.input));
  return {own.values.begin(), own.values.end()};
}

void check_outputs(const design& of, const fs::path& folder, const std::string& name) {
  const dataset data = load_dataset((folder / (name + ".npy")).string());
  const std::vector<double> right = stated_outputs(of, data, folder, name);
  const file_numbers found =
      first_of(of.output, numbers_of(of, evaluate(of.flow, quantize_dataset(of.integers, data))));
  if (assumes(of, "left to the host")) return check_classes(found, right, of.output.places.size());
  REQUIRE(found.values.size() == right.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < right.size(); ++i)
    if (std::abs(found.values[i] - right[i]) >= found.steps[i] / 2) ++wrong;
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("cases with known outputs are right, or refused in a line") {
  const auto folder = testing::shared("cases");
  if (!folder) return;
  std::size_t right = 0, wanted = 0;
  for (const known_case& row : read_cases(*folder)) {
    CAPTURE(row.name);
    wanted += row.wanted == "right" ? 1 : 0;
    std::string refusal;
    try {
      const design loaded = load_design(*folder / (row.name + ".onnx"));
      if (!fs::exists(*folder / (row.name + ".npy"))) {
        ++right;  // it has to be loaded, no more
        continue;
      }
      if (assumes(loaded, "input format") && row.wanted != "right") {
        MESSAGE("not compared: " << row.name << " has no input quantizer");
        continue;
      }
      check_outputs(loaded, *folder, row.name);
      right += row.wanted == "right" ? 1 : 0;
    } catch (const error& e) {
      refusal = e.what();
    }
    CAPTURE(refusal);
    CHECK(refusal.find('\n') == std::string::npos);
    CHECK((refusal.empty() || row.today != "right"));
    if (!refusal.empty() && row.wanted == "right") MESSAGE("not taken yet: " << row.name << ": " << refusal);
  }
  MESSAGE(right << " of " << wanted << " cases are taken");
}

TEST_CASE("valid files that were refused once say what their float evaluation says") {
  const auto folder = testing::shared("faults");
  if (!folder) return;
  for (const auto& entry : fs::directory_iterator(*folder)) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const design loaded = load_design(entry.path());
    std::int64_t size = 1;
    for (const std::int64_t n : loaded.file.input_shape) size *= n;
    float_tensor inputs{loaded.file.input_shape, {}};
    std::uint32_t random = 1;
    for (std::int64_t i = 0; i < size; ++i) {
      random = random * 1664525 + 1013904223;
      inputs.values.push_back(static_cast<float>(static_cast<int>(random >> 24) - 128) / 16);
    }
    const double_tensor right = evaluate_double(loaded.file, inputs);
    const file_numbers found =
        numbers_of(loaded, evaluate(loaded.flow, quantize_reals(loaded.integers, inputs.values)));
    REQUIRE(found.values.size() == right.values.size());
    for (std::size_t i = 0; i < right.values.size(); ++i)
      CHECK(std::abs(found.values[i] - right.values[i]) < found.steps[i] / 2);
  }
}
