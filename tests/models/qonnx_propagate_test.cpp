// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "spillway/tests/models/onnx_model.h"

// What constants decide is computed while reading.

using namespace spillway;
using namespace spillway::testing;

namespace {

void longs(onnx_model& m, const std::string& name, const std::vector<std::int64_t>& shape,
           const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor = *m.graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  for (const std::int64_t n : shape) tensor.add_dims(n);
  for (const std::int64_t value : values) tensor.add_int64_data(value);
}

/// x [1, 6] + the tensor `c`, which the caller computes: its values are what was propagated.
struct propagating : onnx_model {
  propagating() { input("x", {1, 6}).output("y"); }

  float_tensor propagated() {
    node("Add", {"x", "c"}, "y");
    const network net = read();
    REQUIRE(net.nodes.size() == 1);
    CHECK(net.constants.size() == 1);
    return net.constants.at("c");
  }
  std::string refused() {
    node("Add", {"x", "c"}, "y");
    return refusal();
  }
};

}  // namespace

TEST_CASE("a shape that the graph computes is a Reshape to that shape, the batch left open") {
  onnx_model m;
  m.input("x", {1, 2, 3, 4}).output("y");
  m.graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_param("n");
  longs(m, "zero", {}, {0});
  longs(m, "rest", {1}, {-1});
  longs(m, "axes", {1}, {0});
  m.node("Shape", {"x"}, "shape");
  onnx_model::integer(m.node("Gather", {"shape", "zero"}, "n"), "axis", 0);
  m.node("Unsqueeze", {"n", "axes"}, "n1");
  onnx_model::integer(m.node("Concat", {"n1", "rest"}, "target"), "axis", 0);
  m.node("Reshape", {"x", "target"}, "y");
  const network net = m.read();
  REQUIRE(net.nodes.size() == 1);
  CHECK(std::holds_alternative<flatten_op>(net.nodes[0].op));
  CHECK(net.constants.empty());
  CHECK(evaluate(net, {{2, 24}, std::vector<float>(48)}).shape == std::vector<std::int64_t>{2, 24});
}

TEST_CASE("a slice of a shape, its product and a division give the rest of a Reshape") {
  onnx_model m;
  m.input("x", {1, 6, 2, 4}).output("y");
  longs(m, "one", {1}, {1});
  longs(m, "end", {1}, {std::numeric_limits<std::int64_t>::max()});
  longs(m, "two", {1}, {2});
  m.node("Shape", {"x"}, "shape");
  m.node("Slice", {"shape", "one", "two"}, "channels");  // [6]
  m.node("Div", {"channels", "two"}, "half");            // [3]
  m.node("Slice", {"shape", "two", "end"}, "size");      // [2, 4]
  m.node("Mul", {"two", "one"}, "pair");                 // [2]
  onnx_model::integer(m.node("Concat", {"one", "half", "pair", "size"}, "target"), "axis", 0);
  m.node("Reshape", {"x", "target"}, "y");
  const network net = m.read();
  REQUIRE(net.nodes.size() == 1);
  CHECK(std::get<reshape_op>(net.nodes[0].op).shape == std::vector<std::int64_t>{3, 2, 2, 4});
}

TEST_CASE("arithmetic of constants is float32's") {
  propagating m;
  m.constant("v", {1}, {318.1966F});
  m.constant("half", {}, {0.5F});
  m.node("Pow", {"v", "half"}, "p");
  m.node("Reciprocal", {"p"}, "r");
  m.node("Neg", {"r"}, "n");
  m.node("Abs", {"n"}, "a");
  m.node("Sqrt", {"a"}, "s");
  m.node("Sub", {"s", "half"}, "d");
  m.node("Div", {"d", "half"}, "e");
  m.node("Mul", {"e", "e"}, "c");
  const float s = std::sqrt(1.0F / std::pow(318.1966F, 0.5F)), e = (s - 0.5F) / 0.5F;
  CHECK(m.propagated() == float_tensor{{1}, {e * e}});
}

TEST_CASE("batch norms, ReLUs, clips and pads of constants are propagated, quantizers are not") {
  propagating m;
  m.constant("v", {1, 2}, {1, -2});
  for (const auto& [name, value] : {std::pair{"scale", 2.0F}, {"bias", 1.0F}, {"mean", 0.0F}})
    m.constant(name, {2}, {value, value});
  m.constant("variance", {2}, {0.75F, 0.75F});
  onnx::NodeProto& norm = m.node("BatchNormalization", {"v", "scale", "bias", "mean", "variance"}, "n");
  onnx::AttributeProto& epsilon = *norm.add_attribute();
  epsilon.set_name("epsilon");
  epsilon.set_type(onnx::AttributeProto::FLOAT);
  epsilon.set_f(0.25F);
  m.node("Relu", {"n"}, "r");
  m.constant("low", {}, {0.5F});
  m.node("Clip", {"r", "low"}, "k");
  longs(m, "pads", {4}, {0, 1, 0, 3});
  m.node("Pad", {"k", "pads"}, "c");
  CHECK(m.propagated() == float_tensor{{1, 6}, {0, 3, 0.5F, 0, 0, 0}});
  onnx_model q;
  q.input("x", {1, 2}).output("y");
  q.constant("v", {2}, {1, -2});
  q.quant("v", "vq", 0.5F, 4, true);
  q.node("Add", {"x", "vq"}, "y");
  CHECK(q.read().nodes.size() == 2);
}

TEST_CASE("a Transpose or Reshape of a constant is propagated, of a quantized one it stays") {
  for (const bool quantized : {false, true}) {
    onnx_model m;
    m.input("x", {1, 3}).output("y");
    m.constant("w", {2, 3}, {1, 2, 3, 4, 5, 6});
    if (quantized) m.quant("w", "wq", 1, 4, true);
    m.node("Transpose", {quantized ? "wq" : "w"}, "wt");
    m.node("MatMul", {"x", "wt"}, "y");
    const network net = m.read();
    CHECK(net.nodes.size() == (quantized ? 3 : 1));
    if (!quantized) CHECK(net.constants.at("wt") == float_tensor{{3, 2}, {1, 4, 2, 5, 3, 6}});
    CHECK(evaluate(net, {{1, 3}, {1, 1, 1}}).values == std::vector<float>{6, 15});
  }
}

TEST_CASE("integers are exact, and what is no int64 is refused") {
  const auto of = [](const char* type, std::int64_t a, std::int64_t b) {
    propagating m;
    longs(m, "a", {1}, {a});
    longs(m, "b", {1}, {b});
    m.node(type, {"a", "b"}, "i");
    onnx_model::integer(m.node("Cast", {"i"}, "c"), "to", onnx::TensorProto::FLOAT);
    return m.refused();
  };
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(), least = -most - 1;
  CHECK(of("Add", most, 1) == "Add_i: Add of 9223372036854775807 and 1 is no int64");
  CHECK(says(of("Sub", least, 1), "Sub_i: Sub of"));
  CHECK(says(of("Mul", most, 2), "Mul_i: Mul of"));
  CHECK(says(of("Div", 1, 0), "Div_i: Div of 1 and 0 is no int64"));
  CHECK(says(of("Div", least, -1), "is no int64"));
  CHECK(of("Div", most, -1) == "Cast_c: element 0 = -9223372036854775807 is not a float32");
  CHECK(of("Sub", most, most) == "no exception");
  propagating m;
  longs(m, "a", {6}, {7, -7, 8, -8, 9, 0});
  longs(m, "b", {}, {2});
  m.node("Div", {"a", "b"}, "c");
  CHECK(m.propagated().values == std::vector<float>{3, -3, 4, -4, 4, 0});
}

TEST_CASE("Gather and Slice take what Python would") {
  struct slice {
    std::int64_t start, end, step;
    std::vector<float> expected;
  };
  for (const slice& s : {slice{0, 6, 1, {0, 1, 2, 3, 4, 5}}, slice{-3, 100, 1, {3, 4, 5}},
                         slice{5, -100, -2, {5, 3, 1}}, slice{-1, 1, -1, {5, 4, 3, 2}}, slice{-100, 2, 1, {0, 1}},
                         slice{1, std::numeric_limits<std::int64_t>::max(), 4, {1, 5}},
                         slice{5, 4, std::numeric_limits<std::int64_t>::min(), {5}}}) {
    onnx_model m;
    m.input("x", {1, static_cast<std::int64_t>(s.expected.size())}).output("y");
    m.constant("v", {6}, {0, 1, 2, 3, 4, 5});
    longs(m, "start", {1}, {s.start});
    longs(m, "end", {1}, {s.end});
    longs(m, "axes", {1}, {0});
    longs(m, "step", {1}, {s.step});
    m.node("Slice", {"v", "start", "end", "axes", "step"}, "c");
    m.node("Add", {"x", "c"}, "y");
    CHECK(m.read().constants.at("c").values == s.expected);
  }
  propagating m;
  m.constant("v", {2, 3}, {0, 1, 2, 3, 4, 5});
  longs(m, "columns", {3}, {-1, 0, -2});
  longs(m, "flat", {2}, {1, 6});
  onnx_model::integer(m.node("Gather", {"v", "columns"}, "g"), "axis", 1);
  m.node("Reshape", {"g", "flat"}, "c");
  CHECK(m.propagated() == float_tensor{{1, 6}, {2, 0, 1, 5, 3, 4}});
  propagating far;
  far.constant("v", {2}, {0, 1});
  longs(far, "at", {}, {2});
  far.node("Gather", {"v", "at"}, "c");
  CHECK(far.refused() == "Gather_c: its index 2 is not in dimension 0 of [2]");
}

TEST_CASE("what the input decides is not propagated, and what is not finite is refused") {
  for (const char* type : {"Sqrt", "Reciprocal", "Exp"}) {
    onnx_model m;
    m.input("x", {1, 6}).output("y");
    m.node(type, {"x"}, "y");
    CHECK(m.refusal() ==
          std::string(type) + "_y: " + type + " of what the input decides can't be taken; right: of constants only");
  }
  propagating m;
  m.constant("v", {2}, {1, 0});
  m.node("Reciprocal", {"v"}, "c");
  CHECK(m.refused() == "Reciprocal_c: element 1 of its result, which constants decide, is inf; right: finite");
}

TEST_CASE("a small file can't fill the memory with what it names") {
  onnx_model huge;
  huge.input("x", {1, 2147483647}).output("y");
  huge.node("Relu", {"x"}, "y");
  CHECK(huge.refusal() == "input x: has 2147483647 elements; right: 2^27 at most");

  onnx_model listed;
  listed.input("x", {1, (1 << 24) + 1}).output("y");
  listed.constant("starts", {1}, {0});
  listed.constant("ends", {1}, {2});
  listed.constant("axes", {1}, {1});
  listed.node("Slice", {"x", "starts", "ends", "axes"}, "y");
  CHECK(listed.refusal().find("it takes some of a dimension of 16777217; right: of one of 2^24 at most") !=
        std::string::npos);
}

TEST_CASE("a small file can't fill the memory with what it computes") {
  onnx_model m;
  m.input("x", {1, 6}).output("y");
  m.constant("v", {4096, 1}, std::vector<float>(4096));
  m.constant("u", {1, 4096}, std::vector<float>(4096));
  for (int i = 0; i < 5; ++i) m.node("Add", {"v", "u"}, "sum" + std::to_string(i));
  m.node("Relu", {"x"}, "y");
  CHECK(m.refusal() ==
        "Add_sum4: constants that the file computes are beyond 2^26 elements; right: propagate them before");
  m.graph.mutable_node()->DeleteSubrange(4, 1);
  CHECK(m.refusal() == "no exception");
}
