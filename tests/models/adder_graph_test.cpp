// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/adder_graph/make_adder_graph.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "spillway/models/support/error.h"
#include "spillway/models/support/seeded_random.h"

// The adder graph of constant weights against the plain sum, and what its schedule promises.

using namespace spillway;

namespace {

struct shape {
  std::int64_t rows, columns;
  integer_type weight, input;
  int bits = 20;
  bool xnor = false;
};

/// Random weights, of which so many in a hundred are zero; the first row and the first column wholly.
mvau a_unit(const shape& of, std::int64_t zeros, seeded_random& random) {
  mvau unit;
  unit.name = "MVAU_0";
  unit.input_type = of.input;
  unit.weights = integer_tensor::zeros(of.weight, {of.rows, of.columns});
  for (std::int64_t i = 0; i < unit.weights.size(); ++i) {
    const std::int64_t low = of.weight.min64(), high = of.weight.max64();
    const bool is_zero = random.below(100) < zeros || i < of.columns || i % of.columns == 0;
    if (of.weight.is_bipolar)
      *unit.weights.at(i) = 2 * random.below(2) - 1;
    else if (!is_zero || zeros == 0)
      *unit.weights.at(i) = low + random.below(high - low + 1);
  }
  unit.accumulator = {.bits = of.bits};
  unit.output_type = signed_type(of.bits);
  unit.pe = static_cast<int>(of.rows);
  unit.simd = static_cast<int>(of.columns);
  unit.weight_memory = memory_style::constant;
  unit.xnor_popcount = of.xnor;
  return unit;
}

/// What the unit sums of inputs, or of the bits that stand for bipolar ones.
std::vector<std::int64_t> plain_sums(const mvau& unit, const std::vector<std::int64_t>& inputs) {
  std::vector<std::int64_t> sums;
  for (std::int64_t row = 0; row < unit.mh(); ++row) {
    std::int64_t sum = 0;
    for (std::int64_t k = 0; k < unit.mw(); ++k) {
      const std::int64_t weight = *unit.weights.at(row * unit.mw() + k);
      const std::int64_t given = inputs[static_cast<std::size_t>(k)];
      const std::int64_t input = unit.input_type.is_bipolar ? 2 * given - 1 : given;
      sum += unit.xnor_popcount ? ((weight == 1) == (input == 1) ? 1 : 0) : weight * input;
    }
    sums.push_back(sum);
  }
  return sums;
}

std::vector<std::int64_t> random_inputs(const mvau& unit, seeded_random& random) {
  const integer_type type = unit.input_type;
  const std::int64_t low = type.is_bipolar ? 0 : type.min64(), values = type.max64() - low + 1;
  std::vector<std::int64_t> inputs;
  for (std::int64_t k = 0; k < unit.mw(); ++k) inputs.push_back(low + random.below(values));
  return inputs;
}

const std::array<shape, 11> shapes{{{1, 1, signed_type(4), unsigned_type(4)},
                                    {3, 2, signed_type(8), signed_type(8)},
                                    {5, 7, signed_type(3), unsigned_type(2)},
                                    {8, 9, unsigned_type(6), unsigned_type(5)},
                                    {16, 12, signed_type(8), unsigned_type(1)},
                                    {4, 16, bipolar_type(), unsigned_type(3)},
                                    {6, 13, bipolar_type(), bipolar_type()},
                                    {6, 11, signed_type(5), bipolar_type()},
                                    {5, 20, bipolar_type(), unsigned_type(1), 20, true},
                                    {12, 24, signed_type(2), signed_type(4), 7},
                                    {7, 30, signed_type(6), unsigned_type(4)}}};

}  // namespace

TEST_CASE("an adder graph sums what the matrix says, whatever is zero in it") {
  seeded_random random(5);
  int sums = 0;
  for (int round = 0; round < 12; ++round)
    for (const shape& of : shapes) {
      const mvau unit = a_unit(of, std::array{0, 50, 80, 100}[static_cast<std::size_t>(round % 4)], random);
      const adder_graph graph = make_adder_graph(unit);
      for (int vector = 0; vector < 20; ++vector) {
        const std::vector<std::int64_t> inputs = random_inputs(unit, random);
        CHECK(evaluate(graph, inputs) == plain_sums(unit, inputs));
        ++sums;
      }
    }
  CHECK(sums == 12 * 11 * 20);
}

TEST_CASE("ranges are reached, widths are no wider, and a node is computed when what it adds is there") {
  seeded_random random(6);
  for (const shape& of : shapes) {
    const mvau unit = a_unit(of, 30, random);
    const adder_graph graph = make_adder_graph(unit);
    CHECK(graph.stages == unit.latency());
    std::vector<word_range> seen(static_cast<std::size_t>(unit.mh()));
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      const graph_node& node = graph.nodes[n];
      if (!node.is_added()) continue;
      CHECK(node.range.low <= node.range.high);
      CHECK(node.bits <= bits_for(node.range.low, std::max<std::int64_t>(node.range.high, 0), node.range.low < 0));
      CHECK(node.stage >= 1);
      CHECK(node.stage <= graph.stages);
      for (const int operand : {node.low, node.high}) {
        if (operand < 0) continue;
        CHECK(operand < static_cast<int>(n));
        CHECK(graph.nodes[static_cast<std::size_t>(operand)].stage <= node.stage);
      }
    }
    for (std::size_t row = 0; row < graph.outputs.size(); ++row) {
      // The exact bounds of a row, at the inputs that reach them.
      word_range expected;
      for (std::int64_t k = 0; k < unit.mw(); ++k) {
        const std::int64_t weight = *unit.weights.at(static_cast<std::int64_t>(row) * unit.mw() + k);
        const word_range product =
            product_range(weight == 0 ? unsigned_type(1) : unit.weights.type, unit.input_type, of.xnor);
        const std::int64_t at_low = weight * unit.input_type.min64(), at_high = weight * unit.input_type.max64();
        expected.low += of.xnor ? product.low : std::min(at_low, at_high);
        expected.high += of.xnor ? product.high : std::max(at_low, at_high);
      }
      const graph_term& out = graph.outputs[row];
      CHECK(!out.negative);
      const word_range range = out.node < 0 ? word_range{} : graph.nodes[static_cast<std::size_t>(out.node)].range;
      CHECK(range.low * (1 << out.shift) == expected.low);
      CHECK(range.high * (1 << out.shift) == expected.high);
    }
  }
}

TEST_CASE("what rows share is added once, and zeros are not added at all") {
  seeded_random random(7);
  const auto adders = [](const adder_graph& graph) {
    int count = 0;
    for (const graph_node& node : graph.nodes) count += node.is == graph_node::kind::sum ? 1 : 0;
    return count;
  };
  mvau unit = a_unit({2, 4, signed_type(4), unsigned_type(4)}, 0, random);
  // 5 a + 5 b + c and 5 a + 5 b: three adders for the sum (a + b, times 5, + c), none of its own for the second row.
  unit.weights = integer_tensor::from(signed_type(4), {2, 4}, {5, 5, 1, 0, 5, 5, 0, 0});
  CHECK(adders(make_adder_graph(unit)) == 3);
  unit.weights = integer_tensor::zeros(signed_type(4), {2, 4});
  const adder_graph nothing = make_adder_graph(unit);
  CHECK(adders(nothing) == 0);
  CHECK(nothing.outputs[0] == graph_term{});
  // The same unit, the same graph.
  const mvau large = a_unit({32, 64, signed_type(6), unsigned_type(4)}, 20, random);
  CHECK(adders(make_adder_graph(large)) == adders(make_adder_graph(large)));
  CHECK(make_adder_graph(large).outputs == make_adder_graph(large).outputs);
}

TEST_CASE("sums beyond 60 bits are refused") {
  seeded_random random(8);
  mvau unit = a_unit({1, 4, signed_type(30), unsigned_type(20)}, 0, random);
  CHECK_NOTHROW(make_adder_graph(unit));
  unit.input_type = unsigned_type(40);
  CHECK_THROWS_WITH_AS(make_adder_graph(unit),
                       "MVAU_0: constant weights take sums of up to 60 bits, but 4 products of INT30 and UINT40 may "
                       "need 75; nearest: narrower weights or inputs",
                       config_error);
}
