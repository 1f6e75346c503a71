// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include "spillway/tests/models/onnx_model.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

onnx::TensorProto& initializer(onnx_model& m, const std::string& name) {
  for (onnx::TensorProto& tensor : *m.graph.mutable_initializer())
    if (tensor.name() == name) return tensor;
  return *m.graph.add_initializer();
}

/// What is said against the small model with one of its constants replaced.
std::string with_constant(const std::string& name, const std::vector<std::int64_t>& shape,
                          const std::vector<float>& values) {
  onnx_model m = small_model();
  onnx::TensorProto& tensor = initializer(m, name);
  tensor.Clear();
  onnx_model::fill(tensor, shape, values);
  tensor.set_name(name);
  return m.refusal();
}

/// What is said against the small model after `change`.
template <class Change>
std::string after(Change&& change) {
  onnx_model m = small_model();
  change(m);
  return m.refusal();
}

}  // namespace

TEST_CASE("the small model itself is not refused") { CHECK(small_model().refusal() == "no exception"); }

TEST_CASE("scales, zero points and widths that mean nothing are refused by the node's name") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
  CHECK(with_constant("xq_scale", {}, {0}) == "Quant_xq: its scale is 0; right: finite and greater than 0");
  CHECK(with_constant("xq_scale", {}, {-0.5F}) == "Quant_xq: its scale is -0.5; right: finite and greater than 0");
  CHECK(with_constant("xq_scale", {}, {nan}) ==
        "initializer xq_scale: element 0 is nan or beyond float32; right: a finite float32");
  CHECK(with_constant("xq_scale", {}, {infinite}) ==
        "initializer xq_scale: element 0 is inf or beyond float32; right: a finite float32");
  CHECK(with_constant("xq_scale", {1, 2}, {1, 1}) == "Quant_xq: [1, 3] and [1, 2] do not broadcast");
  CHECK(with_constant("xq_bits", {}, {0}) == "Quant_xq: its bit width is 0; right: a whole number from 1 to 4096");
  CHECK(with_constant("xq_bits", {}, {2.5F}) == "Quant_xq: its bit width is 2.5; right: a whole number from 1 to 4096");
  CHECK(with_constant("xq_bits", {}, {-8}) == "Quant_xq: its bit width is -8; right: a whole number from 1 to 4096");
  CHECK(with_constant("xq_bits", {}, {4096}) == "no exception");
  CHECK(with_constant("xq_bits", {}, {4097}) ==
        "Quant_xq: its bit width is 4097; right: a whole number from 1 to 4096");
  CHECK(with_constant("xq_bits", {}, {5000}) ==
        "Quant_xq: its bit width is 5000; right: a whole number from 1 to 4096");
  CHECK(with_constant("xq_bits", {3}, {4, 3, 4}) ==
        "Quant_xq: its bit width differs from channel to channel; right: one width, of activations");
  CHECK(after([](onnx_model& m) {
          initializer(m, "xq_bits").set_float_data(0, 1);
          m.graph.mutable_node(0)->mutable_attribute(0)->set_i(0);
          m.graph.mutable_node(0)->mutable_attribute(1)->set_i(1);
        }) == "Quant_xq: one unsigned bit in narrow range is always 0; right: narrow = 0");
}

TEST_CASE("operators that can't be taken are refused with what does the same") {
  const std::pair<const char*, const char*> cases[] = {
      {"Sin", "a MultiThreshold, which can be any function that ascends in steps"},
      {"QLinearMatMul", "a MatMul between DequantizeLinear and QuantizeLinear"},
      {"MatMull", "MatMul"},
      {"Averagepool", "AveragePool"},
      {"relu", "Relu"}};
  for (const auto& [type, nearest] : cases) {
    onnx_model m = small_model();
    m.graph.mutable_node(2)->set_op_type(type);
    CHECK(m.refusal() == std::string("MatMul_z: operator ") + type + " can't be taken; nearest: " + nearest +
                             " (docs/formats.md lists what is taken)");
  }
  // Words that are spelled alike and mean something else are no hint.
  for (const char* type : {"LSTM", "Einsum", "ReduceProd", "MaxUnpool", "GatherND", "Xor"}) {
    onnx_model m = small_model();
    m.graph.mutable_node(2)->set_op_type(type);
    CHECK(m.refusal() ==
          std::string("MatMul_z: operator ") + type + " can't be taken (docs/formats.md lists what is taken)");
  }
  CHECK(says(after([](onnx_model& m) { m.graph.mutable_node(2)->set_domain("com.example"); }),
             "MatMul_z: operator com.example.MatMul can't be taken"));
  CHECK(says(after([](onnx_model& m) { m.graph.mutable_node(2)->set_op_type(""); }),
             "MatMul_z: operator  can't be taken"));
}

TEST_CASE("attributes are checked, and what is not understood is not passed over") {
  CHECK(after([](onnx_model& m) { onnx_model::integer(*m.graph.mutable_node(0), "narow", 1); }) ==
        "Quant_xq: attribute narow is unknown for Quant; nearest: narrow");
  CHECK(after([](onnx_model& m) { onnx_model::integer(*m.graph.mutable_node(2), "axis", 1); }) ==
        "MatMul_z: attribute axis is unknown for MatMul; right: none");
  CHECK(after([](onnx_model& m) { onnx_model::integer(*m.graph.mutable_node(0), "signed", 1); }) ==
        "Quant_xq: attribute signed is given twice");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(0)->mutable_attribute(0)->set_i(2); }) ==
        "Quant_xq: attribute signed = 2; right: 0 or 1");
  CHECK(after([](onnx_model& m) {
          m.graph.mutable_node(0)->mutable_attribute(0)->set_type(onnx::AttributeProto::STRING);
        }) == "Quant_xq: attribute signed has type STRING; right: INT");
  CHECK(after([](onnx_model& m) {
          m.graph.mutable_node(2)->set_op_type("Gemm");
          onnx_model::integer(*m.graph.mutable_node(2), "transA", 1);
        }) == "MatMul_z: its input is transposed (transA = 1); right: 0");
}

TEST_CASE("nodes with the wrong number of inputs or outputs are refused") {
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(0)->mutable_input()->RemoveLast(); }) ==
        "Quant_xq: Quant has 3 inputs; right: 4");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(2)->add_input("b"); }) ==
        "MatMul_z: MatMul has 3 inputs; right: 2");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(2)->add_output("more"); }) ==
        "MatMul_z: has 2 outputs; right: 1");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(2)->clear_output(); }) == "MatMul_z: has 0 outputs; right: 1");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(2)->set_output(0, ""); }) == "MatMul_z: output has no name");
}

TEST_CASE("tensors that are missing, made twice, or made too late are refused") {
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(2)->set_input(0, "nobody"); }) ==
        "MatMul_z: reads tensor nobody, which nothing makes");
  CHECK(
      after([](onnx_model& m) { m.graph.mutable_node(0)->set_input(0, "y"); }) ==
      "Quant_xq: reads tensor y, which Add_y makes only later: a cycle; right: nodes that do not wait for each other");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(0)->set_input(0, "xq"); }) ==
        "Quant_xq: reads tensor xq, which Quant_xq makes only later: a cycle; right: nodes that do not wait for each "
        "other");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(2)->set_output(0, "x"); }) ==
        "MatMul_z: makes tensor x, which is there already");
  CHECK(after([](onnx_model& m) { m.constant("w", {}, {1}); }) == "constant w: it is there twice");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(0)->set_input(1, "x"); }) ==
        "Quant_xq: its scale x is computed by the graph; right: a constant (propagate constants first)");
}

TEST_CASE("there is one input and an output, of known shape") {
  CHECK(after([](onnx_model& m) { m.input("x2", {1, 3}); }) == "inputs x and x2; right: one input");
  CHECK(after([](onnx_model& m) { m.graph.clear_input(); }) == "the graph has no input; right: one");
  CHECK(after([](onnx_model& m) { m.graph.clear_output(); }) == "the graph has no outputs; right: 1 or more");
  CHECK(after([](onnx_model& m) { m.graph.mutable_output(0)->set_name("q"); }) ==
        "the graph's output: reads tensor q, which nothing makes");
  const auto type = [](onnx_model& m) { return m.graph.mutable_input(0)->mutable_type()->mutable_tensor_type(); };
  CHECK(after([&](onnx_model& m) { type(m)->set_elem_type(onnx::TensorProto::INT32); }) ==
        "input x: its element type is INT32; right: FLOAT, or an integer of 16 bits at most");
  CHECK(after([&](onnx_model& m) { type(m)->set_elem_type(onnx::TensorProto::DOUBLE); }) ==
        "input x: its element type is DOUBLE; right: FLOAT, or an integer of 16 bits at most");
  CHECK(after([&](onnx_model& m) { type(m)->set_elem_type(77); }) ==
        "input x: its element type is 77; right: FLOAT, or an integer of 16 bits at most");
  CHECK(after([&](onnx_model& m) { type(m)->clear_shape(); }) == "input x: it has no shape; right: [batch, ...]");
  CHECK(after([&](onnx_model& m) { type(m)->mutable_shape()->mutable_dim(1)->set_dim_param("k"); }) ==
        "input x: its dimension 1 is open; right: only the batch, dimension 0");
  CHECK(after([&](onnx_model& m) { type(m)->mutable_shape()->mutable_dim(1)->set_dim_value(-3); }) ==
        "input x: its shape [1, -3] has -3 where at least 1 is right");
  CHECK(after([&](onnx_model& m) { type(m)->mutable_shape()->mutable_dim(1)->set_dim_value(4); }) ==
        "MatMul_z: its input [1, 4] has 4 columns, but its weights [3, 2] take 3");
}

TEST_CASE("data that float32 does not hold, or that is elsewhere, is refused") {
  CHECK(after([](onnx_model& m) {
          onnx::TensorProto& b = initializer(m, "b");
          b.set_data_type(onnx::TensorProto::DOUBLE);
          b.clear_float_data();
          b.add_double_data(0.1);
          b.add_double_data(1);
        }) == "initializer b: element 0 = 0.1 is not a float32; nearest: 0.1");
  CHECK(says(after([](onnx_model& m) {
               onnx::TensorProto& b = initializer(m, "b");
               b.set_data_type(onnx::TensorProto::INT64);
               b.clear_float_data();
               b.add_int64_data((std::int64_t{1} << 53) + 1);
               b.add_int64_data(1);
             }),
             "constant b: element 0 = 9007199254740993 is not a float32"));
  CHECK(after([](onnx_model& m) { initializer(m, "b").set_data_type(onnx::TensorProto::STRING); }) ==
        "initializer b: its element type STRING can't be taken; nearest: FLOAT");
  CHECK(after([](onnx_model& m) { initializer(m, "b").set_data_type(999); }) ==
        "initializer b: its element type 999 can't be taken; nearest: FLOAT");
  CHECK(after([](onnx_model& m) { initializer(m, "b").set_data_location(onnx::TensorProto::EXTERNAL); }) ==
        "initializer b: its data is in another file, whose location is not said");
  CHECK(after([](onnx_model& m) { m.graph.add_sparse_initializer(); }) == "1 sparse initializers; right: dense");
}

TEST_CASE("a tensor has its values once, in the field of its type, and in the range of its type") {
  const auto scale = [](auto&& change) { return after([&](onnx_model& m) { change(initializer(m, "xq_scale")); }); };
  const std::string of = "initializer xq_scale: ";
  CHECK(scale([](onnx::TensorProto& t) { t.set_raw_data(std::string("\0\0\0\x3f", 4)); }) ==
        of + "has values in raw_data and 1 more in a typed field; right: one of them");
  CHECK(scale([](onnx::TensorProto& t) { t.add_int64_data(1); }) ==
        of + "has 1 values in a field of another type than FLOAT");
  const auto integer = [&](int type, int value) {
    return scale([&](onnx::TensorProto& t) {
      t.clear_float_data();
      t.set_data_type(type);
      t.add_int32_data(value);
    });
  };
  CHECK(integer(onnx::TensorProto::INT8, 128) == of + "element 0 is 128, outside of INT8's -128 to 127");
  CHECK(integer(onnx::TensorProto::INT8, 127).find("outside") == std::string::npos);
  CHECK(integer(onnx::TensorProto::UINT8, -1) == of + "element 0 is -1, outside of UINT8's 0 to 255");
  CHECK(integer(onnx::TensorProto::FLOAT16, 65536) == of + "element 0 is 65536, outside of FLOAT16's 0 to 65535");
}

TEST_CASE("a model of another age, or with code of its own, is refused") {
  CHECK(after([](onnx_model& m) { m.model.mutable_opset_import(0)->set_version(6); }) ==
        "opset 6 can't be taken; right: 7 or later");
  CHECK(after([](onnx_model& m) { m.model.clear_opset_import(); }) ==
        "it names no ONNX opset; right: an opset_import of version 7 or later");
}

TEST_CASE("names that would garble a message are refused, shown harmlessly") {
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(0)->set_name("a\nb\x1b[31m"); }) ==
        "node 0 a\\x0Ab\\x1B[31m: right: a name of at most 1000 bytes of UTF-8 without control characters");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(0)->set_name("\xff"); }) ==
        "node 0 \\xFF: right: a name of at most 1000 bytes of UTF-8 without control characters");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(0)->set_name("schön/größe 層"); }) == "no exception");
  const std::string long_name(1001, 'n');
  const std::string message = after([&](onnx_model& m) { m.graph.mutable_node(0)->set_name(long_name); });
  CHECK(message.starts_with("node 0 nnn"));
  CHECK(message.size() < 250);
  CHECK(says(after([](onnx_model& m) { m.graph.mutable_node(0)->set_op_type("Qu\nant"); }),
             "operator qonnx.custom_op.general.Qu\\x0Aant can't"));
}

TEST_CASE("metadata keys are checked") {
  CHECK(after([](onnx_model& m) {
          for (int i = 0; i < 2; ++i) m.model.add_metadata_props()->set_key("k");
        }) == "metadata key k: it is there twice");
  CHECK(says(after([](onnx_model& m) { m.model.add_metadata_props()->set_key("k\n"); }), "metadata key k\\x0A: right"));
}

TEST_CASE("what only the input decides can't be transposed") {
  onnx_model m;
  m.input("x", {1, 3}).output("y");
  m.node("Transpose", {"x"}, "y");
  CHECK(m.refusal() == "Transpose_y: it makes [3, 1] of what the input decides; right: dimension 0 stays the batch, 1");
}
