// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "spillway/tests/models/onnx_model.h"

// QuantizeLinear, Clip and DequantizeLinear, as one quantizer.

using namespace spillway;
using namespace spillway::testing;

namespace {

using type = onnx::TensorProto;

void integers(onnx_model& m, const std::string& name, int data_type, const std::vector<std::int64_t>& shape,
              const std::vector<int>& values) {
  onnx::TensorProto& tensor = *m.graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(data_type);
  for (const std::int64_t n : shape) tensor.add_dims(n);
  for (const int value : values) tensor.add_int32_data(value);
}

/// x [1, 4] -> QuantizeLinear -> (Clip ->) DequantizeLinear -> y.
onnx_model linear(int data_type, int zero, std::vector<int> clip = {}) {
  onnx_model m;
  m.input("x", {1, 4}).output("y");
  m.constant("s", {}, {0.25F});
  integers(m, "z", data_type, {}, {zero});
  m.node("QuantizeLinear", {"x", "s", "z"}, "q");
  std::string levels = "q";
  if (!clip.empty()) {
    integers(m, "low", data_type, {}, {clip[0]});
    integers(m, "high", data_type, {}, {clip[1]});
    m.node("Clip", {"q", "low", "high"}, levels = "c");
  }
  m.node("DequantizeLinear", {levels, "s", "z"}, "y");
  return m;
}

quant_op quantizer(const onnx_model& m) {
  const network net = m.read();
  REQUIRE(net.nodes.size() == 1);
  CHECK(net.nodes[0].inputs == std::vector<std::string>{"x"});
  CHECK(net.nodes[0].output == "y");
  CHECK(net.constants.empty());
  return std::get<quant_op>(net.nodes[0].op);
}

}  // namespace

TEST_CASE("the three nodes are one quantizer of the type's, or the Clip's, range") {
  struct expected {
    int data_type;
    std::vector<int> clip;
    int bits;
    bool is_signed, narrow;
  };
  for (const expected& e :
       {expected{type::INT8, {}, 8, true, false}, expected{type::UINT8, {}, 8, false, false},
        expected{type::INT8, {-128, 127}, 8, true, false}, expected{type::INT8, {-127, 127}, 8, true, true},
        expected{type::INT8, {-8, 7}, 4, true, false}, expected{type::INT8, {-7, 7}, 4, true, true},
        expected{type::UINT8, {0, 15}, 4, false, false}, expected{type::UINT8, {0, 14}, 4, false, true},
        expected{type::UINT8, {0, 1}, 1, false, false}, expected{type::INT8, {-1, 1}, 2, true, true}}) {
    const quant_op op = quantizer(linear(e.data_type, 0, e.clip));
    CHECK(op.bits == e.bits);
    CHECK(op.is_signed == e.is_signed);
    CHECK(op.narrow == e.narrow);
    CHECK(op.rounding == rounding_mode::round);
    CHECK(op.scale == float_tensor{{}, {0.25F}});
    CHECK(op.zero_point == float_tensor{{}, {0}});
  }
}

TEST_CASE("levels that no quantizer has are refused") {
  for (const std::vector<int>& clip : {std::vector<int>{-8, 8}, {-9, 7}, {0, 12}, {1, 7}, {-6, 7}, {-8, 0}})
    CHECK(says(linear(type::INT8, 0, clip).refusal(),
               "DequantizeLinear_y: its levels are " + std::to_string(clip[0]) + " to " + std::to_string(clip[1])));
  CHECK(says(linear(type::INT8, 0, {-1, 0}).refusal(), "its levels are -1 to 0"));
  CHECK(linear(type::INT8, 0, {5, 2}).refusal() == "Clip_c: it leaves the integers 5 to 2; right: the lower end first");
}

TEST_CASE("values are those of ONNX's definition, ties with an odd zero point included") {
  for (const int data_type : {int{type::INT8}, int{type::UINT8}})
    for (const int zero : {0, 3, 4, 127}) {
      const int least = data_type == type::INT8 ? -128 : 0;
      float_tensor x{{0, 4}, {}};
      for (int eighths = -1100; eighths < 1100; ++eighths) x.values.push_back(static_cast<float>(eighths) / 32);
      x.shape[0] = static_cast<std::int64_t>(x.values.size() / 4);
      const float_tensor y = evaluate(linear(data_type, zero).read(), x);
      for (std::size_t i = 0; i < x.values.size(); ++i) {
        // QuantizeLinear: saturate(round_half_even(x / scale) + zero point).
        const double level = std::clamp(std::nearbyint(x.values[i] / 0.25) + zero, least + 0.0, least + 255.0);
        CHECK(y.values[i] == (level - zero) * 0.25);
      }
    }
}

TEST_CASE("scales may be one a channel, along an axis") {
  onnx_model m;
  m.input("x", {1, 2, 3}).output("y");
  m.constant("s", {2}, {0.25F, 2});
  integers(m, "z", type::INT8, {2}, {0, 4});
  m.node("QuantizeLinear", {"x", "s", "z"}, "q");
  m.node("DequantizeLinear", {"q", "s", "z"}, "y");
  const quant_op op = std::get<quant_op>(m.read().nodes.at(0).op);
  CHECK(op.scale == float_tensor{{2, 1}, {0.25F, 2}});
  CHECK(op.zero_point == float_tensor{{2, 1}, {0, 4}});
  m.graph.mutable_initializer(1)->set_int32_data(1, 3);
  CHECK(says(m.refusal(), "some of its zero points are odd, some even"));
  for (onnx::NodeProto& node : *m.graph.mutable_node()) onnx_model::integer(node, "axis", -1);
  CHECK(m.refusal() == "QuantizeLinear_q: its scale is [2]; right: one value, or [3]");
}

TEST_CASE("an integer constant behind a DequantizeLinear is a quantized constant with the same integers") {
  onnx_model m;
  m.input("x", {1, 3}).output("y");
  integers(m, "w", type::INT8, {3, 2}, {-128, 127, 0, -3, 5, 100});
  m.constant("s", {2}, {0.1F, 3e-5F});
  integers(m, "z", type::INT8, {2}, {0, 7});
  m.node("DequantizeLinear", {"w", "s", "z"}, "wq");
  m.node("MatMul", {"x", "wq"}, "y");
  const network net = m.read();
  REQUIRE(net.nodes.size() == 2);
  const auto& op = std::get<quant_op>(net.nodes[0].op);
  CHECK(op.bits == 9);  // less their zero points, which differ, they go from -128 to 127 and from -135 to 120
  CHECK(op.is_signed);
  CHECK_FALSE(op.narrow);
  const float_tensor& values = net.constants.at(net.nodes[0].inputs.at(0));
  const int q[] = {-128, 127, 0, -3, 5, 100};
  for (std::size_t i = 0; i < 6; ++i) {
    const float scale = i % 2 == 0 ? 0.1F : 3e-5F, zero = i % 2 == 0 ? 0.0F : 7.0F;
    CHECK(values.values[i] == (static_cast<float>(q[i]) - zero) * scale);
    CHECK(std::round(values.values[i] / scale) + zero == q[i]);
  }
}

TEST_CASE("a clipped integer constant has the Clip's range; 32-bit integers are biases and real constants") {
  onnx_model m;
  m.input("x", {1, 2}).output("y");
  integers(m, "w", type::INT8, {2}, {-9, 3});
  integers(m, "low", type::INT8, {}, {-7});
  integers(m, "high", type::INT8, {}, {7});
  m.node("Clip", {"w", "low", "high"}, "wc");
  m.constant("s", {}, {0.5F});
  m.node("DequantizeLinear", {"wc", "s"}, "wq");
  m.node("Mul", {"x", "wq"}, "t");
  integers(m, "b", type::INT32, {2}, {100000, -3});
  m.node("DequantizeLinear", {"b", "s"}, "bq");
  m.node("Add", {"t", "bq"}, "y");
  const network net = m.read();
  REQUIRE(net.nodes.size() == 3);
  const auto& op = std::get<quant_op>(net.nodes[0].op);
  CHECK(op.bits == 4);
  CHECK(op.narrow);
  CHECK(net.constants.at(net.nodes[0].inputs.at(0)).values == std::vector<float>{-3.5F, 1.5F});
  CHECK(net.constants.at("bq").values == std::vector<float>{50000, -1.5F});
}

TEST_CASE("constants of 64 bits are dequantized, and are no quantizer") {
  onnx_model m;
  m.input("x", {1, 2}).output("y");
  onnx::TensorProto& wide = *m.graph.add_initializer();
  wide.set_name("w");
  wide.set_data_type(type::INT64);
  wide.add_dims(2);
  wide.add_int64_data(-9);
  wide.add_int64_data(300);
  m.constant("s", {}, {0.5F});
  m.node("DequantizeLinear", {"w", "s"}, "wq");
  m.node("Mul", {"x", "wq"}, "y");
  CHECK(m.read().constants.at("wq").values == std::vector<float>{-4.5F, 150});
}

TEST_CASE("integers that are no quantizer's are refused where they are read") {
  onnx_model m = linear(type::INT8, 0);
  m.graph.mutable_node(1)->set_op_type("Relu");
  m.graph.mutable_node(1)->mutable_input()->DeleteSubrange(1, 2);
  CHECK(m.refusal() ==
        "DequantizeLinear_y: reads q, the integers of a QuantizeLinear; right: a DequantizeLinear between");
  onnx_model output = linear(type::INT8, 0);
  output.graph.mutable_output(0)->set_name("q");
  CHECK(output.refusal() == "the graph's output q: integers of a QuantizeLinear; right: a DequantizeLinear behind it");
  onnx_model other = linear(type::INT8, 0);
  other.constant("s2", {}, {0.5F});
  other.graph.mutable_node(1)->set_input(1, "s2");
  CHECK(other.refusal() == "DequantizeLinear_y: its scale is not that of the QuantizeLinear before; right: the same");
  onnx_model reals = linear(type::INT8, 0);
  reals.graph.mutable_node(1)->set_input(0, "x");
  CHECK(says(reals.refusal(), "DequantizeLinear_y: reads x, which is no integers"));
  onnx_model real_zero = linear(type::FLOAT, 0);
  real_zero.graph.mutable_initializer(1)->clear_int32_data();
  real_zero.graph.mutable_initializer(1)->add_float_data(0);
  CHECK(real_zero.refusal() == "QuantizeLinear_q: its zero point is real; right: an integer of the type that it makes");
}
