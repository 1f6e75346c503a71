// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>

#include "spillway/models/data/dataset.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/exact_evaluate.h"
#include "spillway/tests/models/random_branches.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

std::vector<float> random_32nds(const network& net, std::mt19937& random) {
  std::int64_t size = 1;
  for (const std::int64_t n : net.input_shape) size *= n;
  std::vector<float> x;
  for (std::int64_t i = 0; i < size; ++i) x.push_back(static_cast<float>(static_cast<int>(random() % 129) - 64) / 32);
  return x;
}

void check_same(const network& file, std::mt19937& random, int frames) {
  streamline_report report;
  const integer_network net = streamline(file, &report);
  for (int frame = 0; frame < frames; ++frame) {
    const std::vector<float> x = random_32nds(file, random);
    const std::vector<double> found = outputs_in_file_order(net, report, x);
    const exact_tensor expected = evaluate_exactly(file, x);
    REQUIRE(found.size() == expected.values.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      REQUIRE(found[i] == doctest::Approx(nearest_double(expected.values[i])).epsilon(1e-12));
    }
  }
}

/// Files that are small by hand: x is quantized to q, with weights that are whole.
struct by_hand {
  network file;

  explicit by_hand(std::vector<std::int64_t> shape) {
    file.name = "by_hand";
    file.input = "x";
    file.input_shape = std::move(shape);
    add("q", quantizer(0.125F, 5), {"x"});
  }
  static quant_op quantizer(float scale, int bits) { return {{{}, {scale}}, {{}, {0}}, bits, true}; }

  void add(const std::string& name, network_op op, std::vector<std::string> inputs) {
    file.nodes.push_back({name, std::move(op), std::move(inputs), name});
    file.output = name;
  }
  void convolution(const std::string& name, const std::string& from, std::int64_t channels, std::int64_t outputs) {
    float_tensor weights{{outputs, channels, 1, 1}, {}};
    for (std::int64_t i = 0; i < outputs * channels; ++i) weights.values.push_back(static_cast<float>(i % 7) - 3);
    file.constants[name + "_w"] = std::move(weights);
    add(name + "_wq", quantizer(1, 4), {name + "_w"});
    add(name, conv_op{}, {from, name + "_wq"});
  }
};

}  // namespace

TEST_CASE("networks of branches, parts and functions say what the file's formulas say in fractions") {
  std::map<std::size_t, int> seen;
  int refused = 0;
  constexpr unsigned networks = 400;
  for (unsigned seed = 0; seed < networks; ++seed) {
    CAPTURE(seed);
    const network file = random_branches(seed);
    std::mt19937 random(seed);
    try {
      check_same(file, random, 2);
      for (const integer_node& node : streamline(file).nodes) ++seen[node.op.index()];
    } catch (const input_error& e) {
      const std::string reason = e.what();
      CAPTURE(reason);
      REQUIRE((reason.ends_with("two levels or more") || reason.find("has scale") != std::string::npos));
      ++refused;
    }
  }
  CHECK(refused < static_cast<int>(networks) / 8);
  CHECK(seen[integer_op(crop_layer{}).index()] > 20);
  CHECK(seen[integer_op(add_layer{}).index()] > 50);
}

TEST_CASE("branches of other scales are added as multiples of one, and the width is said") {
  by_hand net({1, 2, 2, 2});
  net.convolution("a", "q", 2, 3);
  net.convolution("b", "q", 2, 3);
  net.add("aq", by_hand::quantizer(0.25F, 4), {"a"});
  net.add("bq", by_hand::quantizer(0.375F, 4), {"b"});
  net.add("sum", sub_op{}, {"aq", "bq"});
  net.add("y", by_hand::quantizer(0.5F, 4), {"sum"});
  std::mt19937 random(1);
  check_same(net.file, random, 5);
  streamline_report report;
  const integer_network found = streamline(net.file, &report);
  const auto add = std::find_if(found.nodes.begin(), found.nodes.end(),
                                [](const integer_node& node) { return std::holds_alternative<add_layer>(node.op); });
  REQUIRE(add != found.nodes.end());
  CHECK(std::get<add_layer>(add->op).a_factor == 2);
  CHECK(std::get<add_layer>(add->op).b_factor == -3);
  REQUIRE(report.assumptions.size() == 1);
  CHECK(report.assumptions[0] == assumption{"sum", "common scale", "2 and 3 times the integers",
                                            "its branches have different scales; 7 bits instead of 5"});
}

TEST_CASE("scales whose common one is too small are refused") {
  by_hand net({1, 2, 1, 1});
  net.add("a", by_hand::quantizer(0x1p-40F, 4), {"q"});
  net.convolution("c", "q", 2, 2);
  net.add("b", by_hand::quantizer(1, 4), {"c"});
  net.add("sum", add_op{}, {"a", "b"});
  net.add("y", by_hand::quantizer(0.5F, 4), {"sum"});
  CHECK_THROWS_WITH_AS(
      streamline(net.file),
      "sum: adds integers of the scales 9.094947017729282e-13 and 1 (channel 0), which are no multiples of one scale "
      "by "
      "less than 2^31; right: scales whose ratio is one of small numbers, by one quantizer behind each branch",
      input_error);
}

TEST_CASE("the channels of a shuffle are shuffled by the weights behind it, without a unit") {
  by_hand net({1, 4, 2, 2});
  net.add("split", reshape_op{{2, 2, 2, 2}}, {"q"});
  net.add("turned", transpose_op{{0, 2, 1, 3, 4}}, {"split"});
  net.add("shuffled", reshape_op{{4, 2, 2}}, {"turned"});
  net.convolution("c", "shuffled", 4, 3);
  net.add("y", by_hand::quantizer(1, 6), {"c"});
  std::mt19937 random(2);
  check_same(net.file, random, 3);
  CHECK(streamline(net.file).nodes.size() == 1);
}

TEST_CASE("two quantizers of the input are one input, which thresholds make both of") {
  by_hand net({1, 2, 2, 2});
  net.add("p", {quant_op{{{}, {0.3F}}, {{}, {1}}, 3, false}}, {"x"});
  net.convolution("a", "q", 2, 3);
  net.convolution("b", "p", 2, 3);
  net.add("aq", by_hand::quantizer(0.5F, 4), {"a"});
  net.add("bq", by_hand::quantizer(0.5F, 4), {"b"});
  net.add("sum", add_op{}, {"aq", "bq"});
  net.add("y", by_hand::quantizer(0.5F, 5), {"sum"});
  std::mt19937 random(3);
  check_same(net.file, random, 5);
  CHECK(streamline(net.file).input.boundaries.size() == 31 + 7);
  // The same quantizer twice is one.
  std::get<quant_op>(net.file.nodes[1].op) = by_hand::quantizer(0.125F, 5);
  check_same(net.file, random, 2);
  CHECK(streamline(net.file).input.boundaries.empty());
}

TEST_CASE("joined channels of other scales are multiplied into the weights") {
  by_hand net({1, 2, 2, 2});
  net.convolution("a", "q", 2, 2);
  net.convolution("b", "q", 2, 2);
  net.add("aq", by_hand::quantizer(0.25F, 4), {"a"});
  net.add("bq", by_hand::quantizer(0.75F, 4), {"b"});
  net.add("all", concat_op{1}, {"aq", "bq"});
  net.convolution("c", "all", 4, 2);
  net.add("y", by_hand::quantizer(1, 6), {"c"});
  std::mt19937 random(4);
  check_same(net.file, random, 5);
}
