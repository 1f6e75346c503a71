// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/certificates/published_bounds.h"
#include "spillway/models/data/dataset.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/train/zoo_page.h"

// What ships, measured again by plain loops of this file: neither the engines nor the tool that wrote the table.

using namespace spillway;
namespace fs = std::filesystem;

namespace {

const fs::path zoo = fs::path(SPILLWAY_SOURCE_DIR) / "models" / "zoo" / "mnist-linear";

const dataset& test_set() {
  static const dataset data =
      load_dataset((fs::path(SPILLWAY_SOURCE_DIR) / "models" / "data" / "binary-mnist").string());
  return data;
}

/// The positions of each image's ones.
const std::vector<std::vector<std::int64_t>>& ones() {
  static const auto result = [] {
    std::vector<std::vector<std::int64_t>> all;
    for (std::int64_t frame = 0; frame < test_set().frames(); ++frame) {
      all.emplace_back();
      for (std::int64_t k = 0; k < test_set().features(); ++k)
        if (*test_set().inputs.at(frame * test_set().features() + k) != 0) all.back().push_back(k);
    }
    return all;
  }();
  return result;
}

integer_network load(const std::string& name) { return streamline(read_qonnx(zoo / (name + ".onnx"))); }

std::string a2q_name(int bits) { return fmt::format("a2q-w8a1-p{}", bits); }
std::string a2q_plus_name(int bits) { return fmt::format("a2q_plus-w8a1-p{}", bits); }

/// Top-1 of a one-layer network whose register does `step(sum, weight)` for each one of the image, in hardware order.
template <class Step>
double top1(const integer_network& net, Step step) {
  const integer_layer& layer = *matrix_layers(net).at(0);
  std::int64_t correct = 0;
  for (std::size_t frame = 0; frame < ones().size(); ++frame) {
    std::int64_t best = 0;
    double greatest = 0;
    for (std::int64_t row = 0; row < layer.rows(); ++row) {
      std::int64_t sum = 0;
      for (const std::int64_t k : ones()[frame]) sum = step(sum, *layer.weights.at(row * layer.columns() + k));
      const double logit = static_cast<double>(sum) * net.output_scale.at(static_cast<std::size_t>(row));
      if (row == 0 || logit > greatest) greatest = logit, best = row;
    }
    correct += best == test_set().labels[frame] ? 1 : 0;
  }
  return static_cast<double>(correct) / static_cast<double>(ones().size());
}

double exact_top1(const integer_network& net) {
  return top1(net, [](std::int64_t sum, std::int64_t w) { return sum + w; });
}

double wrapped_top1(const integer_network& net, int bits) {
  const int unused = 64 - bits;
  return top1(net, [unused](std::int64_t sum, std::int64_t w) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(sum + w) << unused) >> unused;
  });
}

double saturated_top1(const integer_network& net, int bits) {
  const std::int64_t high = (std::int64_t{1} << (bits - 1)) - 1;
  return top1(net, [high](std::int64_t sum, std::int64_t w) { return std::clamp(sum + w, -high - 1, high); });
}

/// The cells that are measured: accuracy (in a register of `wraps` bits that wraps, if given), P, certified bits, l1
/// bound, largest l1, zeros.
std::vector<std::string> measured_cells(const integer_network& net, std::optional<int> wraps) {
  const integer_layer& layer = *matrix_layers(net).at(0);
  int certified = 0;
  big_int l1 = 0;
  for (const channel_certificate& channel : certify(layer.weights, layer.input_type)) {
    certified = std::max(certified, channel.minimal_bits());
    l1 = std::max(l1, channel.l1_norm);
  }
  const auto zeros = std::count(layer.weights.words.begin(), layer.weights.words.end(), 0);
  const std::string width = layer.claimed_bits ? fmt::to_string(*layer.claimed_bits) : "-";
  return {fmt::format("{:.2f}%", 100 * (wraps ? wrapped_top1(net, *wraps) : exact_top1(net))),
          wraps ? fmt::format("{}, wraps", *wraps) : width,
          fmt::to_string(certified),
          fmt::to_string(l1_bound(l1, layer.input_type)),
          l1.str(),
          fmt::format("{:.1f}%", 100 * static_cast<double>(zeros) / static_cast<double>(layer.weights.size()))};
}

void check_shape(const integer_network& net) {
  REQUIRE(matrix_layers(net).size() == 1);
  CHECK(matrix_layers(net)[0]->weights.shape == std::vector<std::int64_t>{10, 784});
  CHECK(matrix_layers(net)[0]->weights.type == signed_type(8));
  CHECK(matrix_layers(net)[0]->input_type == unsigned_type(1));
  CHECK_FALSE(matrix_layers(net)[0]->thresholds);
  for (const double bias : net.output_bias) CHECK(bias == 0);
  const auto& words = matrix_layers(net)[0]->weights.words;
  CHECK(*std::min_element(words.begin(), words.end()) >= -127);
}

}  // namespace

TEST_CASE("the test set is MNIST's") {
  CHECK(test_set().name == "binary-mnist");
  CHECK(test_set().frames() == 10000);
  CHECK(test_set().features() == 784);
  CHECK(test_set().inputs.type == unsigned_type(1));
  std::array<int, 10> counts{};
  for (const int label : test_set().labels) ++counts.at(static_cast<std::size_t>(label));
  CHECK(counts == std::array<int, 10>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
  // The first image is a seven: its first stroke runs along row 7.
  CHECK(test_set().labels[0] == 7);
  CHECK(ones()[0].front() / 28 == 7);
}

TEST_CASE("the zoo holds a QAT network, a WrapNet, an A2Q network for every P from 8 to 19, an A2Q+ network to 18") {
  std::vector<std::string> expected{"qat-w8a1.onnx", "wrapnet-w8a1-p8.onnx"}, found;
  for (int bits = 8; bits <= 19; ++bits) expected.push_back(a2q_name(bits) + ".onnx");
  for (int bits = 8; bits <= 18; ++bits) expected.push_back(a2q_plus_name(bits) + ".onnx");
  for (const auto& entry : fs::directory_iterator(zoo)) found.push_back(entry.path().filename().string());
  std::sort(expected.begin(), expected.end());
  std::sort(found.begin(), found.end());
  CHECK(found == expected);
}

TEST_CASE("every file is the layer that the page describes, to the last digit") {
  const auto table = page_table("mnist-linear");
  REQUIRE(table.size() == 25);
  for (const auto& [file, cells] : table) {
    CAPTURE(file);
    const integer_network net = load(fs::path(file).stem().string());
    check_shape(net);
    auto expected = measured_cells(net, file.starts_with("wrapnet") ? std::optional(8) : std::nullopt);
    expected.push_back("`" + read_qonnx(zoo / file).metadata.at("spillway.training.command") + "`");
    CHECK(cells == expected);
  }
}

TEST_CASE("an A2Q network claims its P, is within the published budget, and is proved to hold") {
  for (int bits = 8; bits <= 19; ++bits) {
    const integer_network net = load(a2q_name(bits));
    CHECK(matrix_layers(net).at(0)->claimed_bits == bits);
    for (const channel_certificate& channel :
         certify(matrix_layers(net)[0]->weights, matrix_layers(net)[0]->input_type)) {
      CHECK(channel.holds(bits));
      CHECK(channel.l1_norm <= l1_budget(bits, unsigned_type(1)));
    }
  }
}

TEST_CASE(
    "an A2Q+ network claims its P, is proved to hold, and uses all of it up to 16; A2Q is behind at 10 and less") {
  for (int bits = 8; bits <= 18; ++bits) {
    CAPTURE(bits);
    const integer_network net = load(a2q_plus_name(bits));
    CHECK(matrix_layers(net).at(0)->claimed_bits == bits);
    int certified = 0;
    for (const channel_certificate& channel :
         certify(matrix_layers(net)[0]->weights, matrix_layers(net)[0]->input_type))
      certified = std::max(certified, channel.minimal_bits());
    CHECK(certified == std::min(bits, 16));
    // A standard deviation of a score on 10,000 images is 0.27 points.
    const double ahead = exact_top1(net) - exact_top1(load(a2q_name(bits)));
    CHECK(ahead > (bits <= 10 ? 0.005 : -0.0027));
  }
}

TEST_CASE("the QAT network claims nothing, and reaches 91.0% at the data-type bound of 19 bits") {
  const integer_network net = load("qat-w8a1");
  CHECK_FALSE(matrix_layers(net).at(0)->claimed_bits);
  CHECK(data_type_bound(784, 8, unsigned_type(1)) == 19);
  CHECK(exact_top1(net) >= 0.91);
}

TEST_CASE("WrapNet claims nothing and overflows for some input at its P, yet scores there what A2Q+ does not") {
  const network file = read_qonnx(zoo / "wrapnet-w8a1-p8.onnx");
  CHECK(file.metadata.at("spillway.training.accumulator_bits") == "8");
  CHECK(file.metadata.at("spillway.training.slope") == "16");
  const integer_network net = streamline(file);
  const integer_layer& layer = *matrix_layers(net).at(0);
  CHECK_FALSE(layer.claimed_bits);
  for (const channel_certificate& channel : certify(layer.weights, layer.input_type)) CHECK_FALSE(channel.holds(8));
  // A standard deviation of a score on 10,000 images is 0.27 points.
  CHECK(wrapped_top1(net, 8) > exact_top1(load(a2q_plus_name(8))) + 0.0054);
  CHECK(wrapped_top1(load("qat-w8a1"), 8) < 0.2);
}

TEST_CASE("where a register's overflow costs the QAT network more than 2 points, A2Q at that P is ahead of it") {
  const integer_network qat = load("qat-w8a1");
  const double full = exact_top1(qat);
  int wrapping = 0, saturating = 0;
  for (int bits = 8; bits <= 19; ++bits) {
    CAPTURE(bits);
    const double wrapped = wrapped_top1(qat, bits), saturated = saturated_top1(qat, bits);
    const double a2q = exact_top1(load(a2q_name(bits)));
    CHECK((wrapped >= full - 0.02 || a2q > wrapped));
    CHECK((saturated >= full - 0.02 || a2q > saturated));
    wrapping += wrapped < full - 0.02 ? 1 : 0;
    saturating += saturated < full - 0.02 ? 1 : 0;
  }
  // Wrapping from P = 12 down, saturating from 11 down: at 12 saturation costs nothing, and A2Q is not ahead of it
  // (docs/results.md).
  CHECK(wrapping == 5);
  CHECK(saturating == 4);
}
