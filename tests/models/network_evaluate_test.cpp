// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "spillway/models/network/network.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/one_node.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

std::vector<float> run(const network& net, const std::vector<float>& x) {
  return evaluate(net, {{static_cast<std::int64_t>(x.size())}, x}).values;
}

quant_op quant(float scale, float zero_point, int bits, bool is_signed, bool narrow = false,
               rounding_mode mode = rounding_mode::round) {
  return {{{}, {scale}}, {{}, {zero_point}}, bits, is_signed, narrow, mode};
}

std::string refusal_of_input(const network& net, const std::vector<float>& x) {
  return message_of<input_error>([&] { run(net, x); });
}

}  // namespace

TEST_CASE("each rounding mode rounds as QONNX says, ties and both signs included") {
  const std::vector<float> x = {-2.5F, -1.75F, -1.5F, -1.25F, -0.5F, -0.25F, 0, 0.25F, 0.5F, 1.25F, 1.5F, 1.75F, 2.5F};
  const std::pair<rounding_mode, std::vector<float>> expected[] = {
      {rounding_mode::round, {-2, -2, -2, -1, 0, 0, 0, 0, 0, 1, 2, 2, 2}},
      {rounding_mode::ceil, {-2, -1, -1, -1, 0, 0, 0, 1, 1, 2, 2, 2, 3}},
      {rounding_mode::floor, {-3, -2, -2, -2, -1, -1, 0, 0, 0, 1, 1, 1, 2}},
      {rounding_mode::up, {-3, -2, -2, -2, -1, -1, 0, 1, 1, 2, 2, 2, 3}},
      {rounding_mode::down, {-2, -1, -1, -1, 0, 0, 0, 0, 0, 1, 1, 1, 2}},
      {rounding_mode::half_up, {-3, -2, -2, -1, -1, 0, 0, 0, 1, 1, 2, 2, 3}},
      {rounding_mode::half_down, {-2, -2, -1, -1, 0, 0, 0, 0, 0, 1, 1, 2, 2}},
      {rounding_mode::half_odd, {-3, -2, -1, -1, -1, 0, 0, 0, 1, 1, 1, 2, 3}}};
  for (const auto& [mode, y] : expected) {
    CAPTURE(static_cast<int>(mode));
    CHECK(run(one_node(quant(1, 0, 8, true, false, mode), {1, 1}), x) == y);
  }
}

TEST_CASE("a Quant clamps to its range, one beyond each end") {
  struct range {
    int bits;
    bool is_signed, narrow;
    float low, high;
  };
  for (const range& r :
       {range{8, true, false, -128, 127}, range{8, true, true, -127, 127}, range{8, false, false, 0, 255},
        range{8, false, true, 0, 254}, range{2, true, true, -1, 1}, range{1, false, false, 0, 1}}) {
    const auto y = run(one_node(quant(1, 0, r.bits, r.is_signed, r.narrow), {1, 1}),
                       {r.low - 1, r.low, r.high, r.high + 1, -1e30F, 1e30F});
    CHECK(y == std::vector<float>{r.low, r.low, r.high, r.high, r.low, r.high});
  }
}

TEST_CASE("the zero point shifts the levels, not the values") {
  // x / 0.5 + 3 in [0, 15]: values from -1.5 to 6.
  CHECK(run(one_node(quant(0.5F, 3, 4, false), {1, 1}), {-9, -1.5F, 0, 0.5F, 6, 9}) ==
        std::vector<float>{-1.5F, -1.5F, 0, 0.5F, 6, 6});
}

TEST_CASE("scales of a Quant broadcast along channels") {
  quant_op op = quant(1, 0, 4, true);
  op.scale = {{1, 2}, {1, 0.5F}};
  CHECK(run(one_node(op, {1, 2}), {1.2F, 1.2F, -9, -9}) == std::vector<float>{1, 1, -8, -4});
}

TEST_CASE("a BipolarQuant takes 0 as positive, minus 0 too") {
  CHECK(run(one_node(bipolar_quant_op{{{}, {0.25F}}}, {1, 1}), {-3, -1e-30F, -0.0F, 0, 5}) ==
        std::vector<float>{-0.25F, -0.25F, 0.25F, 0.25F, 0.25F});
}

TEST_CASE("products are of rows by columns") {
  const std::vector<float> x = {1, 2, 3, 0, -1, 1};
  const float_tensor w{{3, 2}, {1, 4, 2, 5, 3, 6}}, w_rows{{2, 3}, {1, 2, 3, 4, 5, 6}};
  CHECK(run(one_node(matmul_op{}, {1, 3}, {w}), x) == std::vector<float>{14, 32, 1, 1});
  CHECK(run(one_node(gemm_op{1, 1, true}, {1, 3}, {w_rows}), x) == std::vector<float>{14, 32, 1, 1});
  CHECK(run(one_node(gemm_op{2, 0.5F, false}, {1, 3}, {w, {{2}, {2, -4}}}), x) == std::vector<float>{29, 62, 3, 0});
}

TEST_CASE("Add and Mul broadcast as numpy does") {
  const std::vector<float> x = {1, 2, 3, 4};
  CHECK(run(one_node(add_op{}, {1, 2}, {{{}, {10}}}), x) == std::vector<float>{11, 12, 13, 14});
  CHECK(run(one_node(add_op{}, {1, 2}, {{{2}, {10, 20}}}), x) == std::vector<float>{11, 22, 13, 24});
  CHECK(run(one_node(mul_op{}, {1, 2}, {{{1, 2}, {-1, 3}}}), x) == std::vector<float>{-1, 6, -3, 12});
  CHECK(run(one_node(mul_op{}, {1, 2, 1}, {{{1, 1, 2}, {1, 10}}}), x) ==
        std::vector<float>{1, 10, 2, 20, 3, 30, 4, 40});
}

TEST_CASE("constants are transposed in any rank") {
  network net = one_node(transpose_op{{2, 0, 1}}, {1, 1});
  net.constants["c"] = {{2, 1, 3}, {1, 2, 3, 4, 5, 6}};
  net.nodes[0].inputs = {"c"};
  const float_tensor y = evaluate(net, {{1}, {0}});
  CHECK(y.shape == std::vector<std::int64_t>{3, 2, 1});
  CHECK(y.values == std::vector<float>{1, 4, 2, 5, 3, 6});
}

TEST_CASE("a batch is as many inputs as were given") {
  const float_tensor y = evaluate(one_node(flatten_op{}, {1, 2, 3}), {{12}, std::vector<float>(12, 1)});
  CHECK(y.shape == std::vector<std::int64_t>{2, 6});
  CHECK(refusal_of_input(one_node(flatten_op{}, {1, 2, 3}), std::vector<float>(7)) ==
        "input x: 7 values are not a whole number of [1, 2, 3]");
  CHECK(refusal_of_input(one_node(flatten_op{}, {1, 2, 3}), {}) ==
        "input x: 0 values are not a whole number of [1, 2, 3]");
}

TEST_CASE("arithmetic is float32's, in the order of the columns") {
  // 2^24 + 1 is not a float32; in this order each 1 is lost, from the other end it is not.
  const float_tensor w{{3, 1}, {1, 1, 1}};
  CHECK(run(one_node(matmul_op{}, {1, 3}, {w}), {0x1p24F, 1, 1}) == std::vector<float>{0x1p24F});
  CHECK(run(one_node(matmul_op{}, {1, 3}, {w}), {1, 1, 0x1p24F}) == std::vector<float>{0x1p24F + 2});
}

TEST_CASE("shapes that do not fit are refused by the node's name") {
  const float_tensor w{{3, 2}, std::vector<float>(6)};
  CHECK(refusal_of_input(one_node(matmul_op{}, {1, 4}, {w}), std::vector<float>(4)) ==
        "node: its input [1, 4] has 4 columns, but its weights [3, 2] take 3");
  CHECK(refusal_of_input(one_node(matmul_op{}, {1, 3, 4}, {w}), std::vector<float>(12)) ==
        "node: its input [1, 3, 4] has 4 columns, but its weights [3, 2] take 3");
  CHECK(refusal_of_input(one_node(matmul_op{}, {1, 3}, {{{1, 3, 2}, std::vector<float>(6)}}), std::vector<float>(3)) ==
        "node: can multiply [1, 3] by a matrix only, not by [1, 3, 2]; right: constant weights [inputs, outputs]");
  CHECK(refusal_of_input(one_node(add_op{}, {1, 4}, {{{3}, {1, 2, 3}}}), std::vector<float>(4)) ==
        "node: [1, 4] and [3] do not broadcast");
  CHECK(refusal_of_input(one_node(gemm_op{}, {1, 3}, {w, {{3}, {1, 2, 3}}}), std::vector<float>(3)) ==
        "node: [1, 2] and [3] do not broadcast");
  CHECK(refusal_of_input(one_node(gemm_op{}, {1, 3}, {w, {{2, 1}, {1, 2}}}), std::vector<float>(3)) ==
        "node: its bias [2, 1] does not broadcast to [1, 2]");
  CHECK(refusal_of_input(one_node(transpose_op{{0, 0}}, {1, 3}), std::vector<float>(3)) ==
        "node: [0, 0] is no permutation of the dimensions of [1, 3]");
  quant_op op = quant(1, 0, 4, true);
  op.scale = {{2, 1}, {1, 1}};
  CHECK(refusal_of_input(one_node(op, {1, 3}), std::vector<float>(3)) ==
        "node: its scale [2, 1] does not broadcast to its input [1, 3]");
  CHECK(refusal_of_input(one_node(add_op{}, {1, 1 << 20, 1}, {{{1 << 13}, std::vector<float>(1 << 13)}}), {1}) ==
        "node: its shape [1, 1048576, 8192] is beyond 2^31 elements");
}

TEST_CASE("quantizers that mean nothing are refused") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
  for (const float scale : {0.0F, -1.0F, nan, infinite}) {
    CHECK(refusal_of_input(one_node(quant(scale, 0, 4, true), {1, 1}), {1}).starts_with("node: its scale is "));
    CHECK(refusal_of_input(one_node(bipolar_quant_op{{{}, {scale}}}, {1, 1}), {1}).starts_with("node: its scale is "));
  }
  CHECK(refusal_of_input(one_node(quant(1, nan, 4, true), {1, 1}), {1}) ==
        "node: its zero point is nan; right: finite");
  CHECK(refusal_of_input(one_node(quant(1, 0, 0, true), {1, 1}), {1}) == "node: its bit width is 0; right: 1 to 4096");
  CHECK(refusal_of_input(one_node(quant(1, 0, 4097, true), {1, 1}), {1}) ==
        "node: its bit width is 4097; right: 1 to 4096");
  CHECK(refusal_of_input(one_node(quant(1, 0, 4096, true), {1, 1}), {1}) == "no exception");
  CHECK(refusal_of_input(one_node(quant(1, 0, 1, true), {1, 1}), {1}) ==
        "node: one signed bit is bipolar; right: BipolarQuant");
  CHECK(refusal_of_input(one_node(quant(1, 0, 1, false, true), {1, 1}), {1}) ==
        "node: one unsigned bit in narrow range is always 0; right: narrow = 0");
}

TEST_CASE("a graph that contradicts itself is refused") {
  network net = one_node(flatten_op{}, {1, 2});
  net.output = "z";
  CHECK(refusal_of_input(net, {1, 2}) == "output z: nothing makes it");
  net.nodes.push_back({"late", flatten_op{}, {"nobody"}, "z"});
  CHECK(refusal_of_input(net, {1, 2}) == "late: reads nobody, which nothing before it makes");
  net.nodes.back() = {"again", flatten_op{}, {"x"}, "y"};
  CHECK(refusal_of_input(net, {1, 2}) == "again: makes y, which is there already");
  net = one_node(flatten_op{}, {1, 2});
  net.constants["x"] = {{}, {1}};
  CHECK(refusal_of_input(net, {1, 2}) == "input x: a constant has the same name");
  net = one_node(add_op{}, {1, 2}, {{{3}, {1, 2}}});
  CHECK(refusal_of_input(net, {1, 2}) == "constant c0: shape [3] does not have 2 values");
  net = one_node(flatten_op{}, {0, 2});
  CHECK(refusal_of_input(net, {}) == "x: its shape [0, 2] has 0 where at least 1 is right");
}
