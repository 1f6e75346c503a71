// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "spillway/models/network/evaluate.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/models/onnx_model.h"

// FINN's dialect, and encodings: what is said, and what is refused. Values are tests/oracle's.

using namespace spillway;
using namespace spillway::testing;

namespace {

constexpr const char* general = "qonnx.custom_op.general";

void annotate(onnx_model& m, const std::string& tensor, const std::string& type) {
  onnx::TensorAnnotation& annotation = *m.graph.add_quantization_annotation();
  annotation.set_tensor_name(tensor);
  onnx::StringStringEntryProto& entry = *annotation.add_quant_parameter_tensor_names();
  entry.set_key("finn_datatype");
  entry.set_value(type);
}

/// x, annotated, times weights that are annotated.
onnx_model annotated_product(const std::string& input, const std::string& type, const std::vector<float>& weights) {
  onnx_model m;
  m.input("x", {1, 2}).output("y");
  annotate(m, "x", input);
  m.constant("w", {2, 2}, weights);
  annotate(m, "w", type);
  m.node("MatMul", {"x", "w"}, "y");
  return m;
}

std::string streamline_refusal(const network& net) {
  return message_of<input_error>([&] { streamline(net); });
}

std::vector<std::string> assumed(const network& net) {
  std::vector<std::string> result;
  for (const assumption& each : net.assumptions) result.push_back(to_string(each));
  return result;
}

}  // namespace

TEST_CASE("annotated weights and inputs have the types that the file says") {
  const auto types = [](const onnx_model& m) {
    const integer_network net = streamline(m.read());
    return to_string(net.input_info().type) + " " + to_string(matrix_layers(net).at(0)->weights.type);
  };
  CHECK(types(annotated_product("UINT8", "BIPOLAR", {1, -1, -1, 1})) == "UINT8 BIPOLAR");
  CHECK(types(annotated_product("BIPOLAR", "TERNARY", {1, 0, -1, 1})) == "BIPOLAR INT2");
  CHECK(types(annotated_product("INT4", "UINT3", {7, 0, 1, 2})) == "INT4 UINT3");
  CHECK(types(annotated_product("INT2", "FIXED<4,2>", {-2, 0.25F, 1.75F, 0})) == "INT2 INT4");
  CHECK(types(annotated_product("FIXED<6,3>", "SCALEDINT<4>", {0.75F, -1.75F, 0.25F, 0})) == "INT6 INT4");
  CHECK(types(annotated_product("UINT8", "FLOAT32", {1, -1, -1, 1})) == "UINT8 BIPOLAR");  // whole numbers anyway
}

TEST_CASE("what contradicts its finn_datatype, or has none that is known, is refused") {
  const auto refusal = [](const std::string& type, const std::vector<float>& weights) {
    return annotated_product("UINT8", type, weights).refusal();
  };
  CHECK(refusal("BIPOLAR", {1, 0.5F, 1, 1}) == "constant w: element 1 is 0.5, which is no BIPOLAR, its finn_datatype");
  CHECK(refusal("TERNARY", {1, -2, 1, 1}) == "constant w: element 1 is -2, which is no TERNARY, its finn_datatype");
  CHECK(refusal("INT4", {1, 8, 1, 1}) == "constant w: element 1 is 8, which is no INT4, its finn_datatype");
  CHECK(refusal("UINT2", {1, 3, -1, 1}) == "constant w: element 2 is -1, which is no UINT2, its finn_datatype");
  CHECK(refusal("FIXED<4,2>", {0.125F, 0, 0, 0}).starts_with("constant w: element 0 is 0.125, which is no FIXED<4,2>"));
  CHECK(refusal("INTT4", {1, 1, 1, 1}) == "constant w: its finn_datatype INTT4 is unknown; nearest: INT4");
  CHECK(refusal("INT0", {1, 1, 1, 1}).starts_with("constant w: its finn_datatype INT0 is unknown"));
  CHECK(refusal("INT4000000000000000000000", {1, 1, 1, 1}).starts_with("constant w: its finn_datatype INT4000"));
  CHECK(refusal("SCALEDINT<3>", {0.1F, 0.25F, 0.7F, 1})
            .starts_with("constant w: no scale makes integers of 3 bits of its values"));
  CHECK(streamline_refusal(annotated_product("UINT8", "FLOAT32", {0.5F, 1, 1, 1}).read())
            .starts_with("MatMul_y: its weights are not quantized"));
}

TEST_CASE("equal names of nodes are made unique, and nodes that are out of order are sorted; both are said") {
  onnx_model m = small_model();
  const std::vector<float> expected = evaluate(m.read(), {{1, 3}, {1, -2, 3}}).values;
  for (onnx::NodeProto& node : *m.graph.mutable_node()) node.set_name("n");
  CHECK(assumed(m.read()) ==
        std::vector<std::string>{"n: node name: n_2 (several nodes have this name; the second is called so)"});
  CHECK(m.read().nodes.back().name == "n_4");
  m.graph.mutable_node()->SwapElements(0, 3);
  m.graph.set_name("g");
  const network sorted = m.read();
  CHECK(assumed(sorted).back() == "g: order of nodes: sorted (some read what is made later in the file)");
  CHECK(evaluate(sorted, {{1, 3}, {1, -2, 3}}).values == expected);
}

TEST_CASE("FINN's hardware is refused by the step that made it") {
  onnx_model m = small_model();
  m.graph.mutable_node(2)->set_op_type("MVAU_hls");
  m.graph.mutable_node(2)->set_domain("finn.custom_op.fpgadataflow.hls");
  const std::string right = " is FINN's hardware; right: a file of the build before its step \"convert to hardware\"";
  CHECK(m.refusal() == "MatMul_z: MVAU_hls" + right);
  m.graph.mutable_node(2)->set_op_type("StreamingFCLayer_Batch");
  m.graph.mutable_node(2)->set_domain("finn");
  onnx_model::string(*m.graph.mutable_node(2), "backend", "fpgadataflow");
  CHECK(m.refusal() == "MatMul_z: StreamingFCLayer_Batch" + right);
  m.graph.mutable_node(2)->set_op_type("StreamingDataflowPartition");
  CHECK(m.refusal() == "MatMul_z: StreamingDataflowPartition" + right);
}

namespace {

/// x [1, 3, 3, 2] of 4 bits, its windows of 2 x 2, and a product.
onnx_model lowered_convolution() {
  onnx_model m;
  m.input("x", {1, 3, 3, 2}).output("y");
  annotate(m, "x", "UINT4");
  onnx::NodeProto& windows = m.node("Im2Col", {"x"}, "columns", general);
  onnx_model::integers(windows, "kernel_size", {2, 2});
  onnx_model::integers(windows, "stride", {1, 1});
  onnx_model::string(windows, "input_shape", "(1, 3, 3, 2)");
  m.constant("w", {8, 3}, std::vector<float>(24, 1));
  m.node("MatMul", {"columns", "w"}, "y");
  return m;
}

}  // namespace

TEST_CASE("an Im2Col without its product, or with another's weights, is refused") {
  CHECK(evaluate(lowered_convolution().read(), {{1, 3, 3, 2}, std::vector<float>(18, 2)}).values ==
        std::vector<float>(12, 16));
  const auto after = [](auto&& change) {
    onnx_model m = lowered_convolution();
    change(m);
    return m.refusal();
  };
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(1)->set_op_type("Add"); }) ==
        "MatMul_y: reads columns, the columns of an Im2Col; right: a MatMul with weights behind it");
  CHECK(after([](onnx_model& m) { m.graph.mutable_output(0)->set_name("columns"); }) ==
        "the graph's output columns: the columns of an Im2Col; right: a MatMul behind it");
  CHECK(after([](onnx_model& m) {
          m.graph.mutable_initializer(0)->set_dims(0, 4);
          m.graph.mutable_initializer(0)->set_dims(1, 6);
        }) == "MatMul_y: its weights are [4, 6]; right: [8, outputs], a row for each column of the Im2Col before");
  CHECK(after([](onnx_model& m) {
          m.graph.mutable_node(0)->mutable_attribute(0)->set_ints(0, 4);
        }).starts_with("Im2Col_columns: "));
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(0)->mutable_attribute(0)->set_ints(0, 0); }) ==
        "Im2Col_columns: its kernel_size are [0, 2]; right: each 1 to 2^30");
  CHECK(after([](onnx_model& m) { m.graph.mutable_node(0)->mutable_attribute(1)->add_ints(1); }) ==
        "Im2Col_columns: its stride are [1, 1, 1]; right: 2 numbers");
  CHECK(says(after([](onnx_model& m) { onnx_model::integer(*m.graph.mutable_node(0), "pad_values", 1); }),
             "attribute pad_values is unknown for Im2Col; nearest: pad_value"));
}

TEST_CASE("constants with channels last are padded and normalized as what the input decides") {
  for (const bool is_constant : {true, false}) {
    onnx_model m;
    m.model.mutable_opset_import(0)->set_version(13);
    m.input("x", {1, 1, 2, 2}).output("y");
    m.constant("k", {1, 1, 2, 2}, {1, 2, 3, 4});
    m.constant("gain", {2}, {2, 4});
    m.constant("zero", {2}, {0, 0});
    m.constant("one", {2}, {1, 1});
    onnx::TensorProto& pads = m.constant("pads", {8}, {});
    pads.set_data_type(onnx::TensorProto::INT64);
    for (const std::int64_t pad : {0, 1, 0, 0, 0, 0, 0, 0}) pads.add_int64_data(pad);
    m.node("Pad", {is_constant ? "k" : "x", "pads"}, "p");
    onnx::NodeProto& norm =
        m.node("BatchNormalization", {"p", "gain", "zero", "zero", "one"}, "b", "qonnx.custom_op.channels_last");
    onnx::AttributeProto& epsilon = *norm.add_attribute();
    epsilon.set_name("epsilon");
    epsilon.set_type(onnx::AttributeProto::FLOAT);
    epsilon.set_f(0);
    m.node("Add", {"b", is_constant ? "x" : "zero"}, "y");
    const std::vector<float> values =
        evaluate(m.read(), {{1, 1, 2, 2}, is_constant ? std::vector<float>(4, 0) : std::vector<float>{1, 2, 3, 4}})
            .values;
    CHECK(values == std::vector<float>{0, 0, 0, 0, 2, 8, 6, 16});
  }
}

TEST_CASE("agreements are counted of bits alone") {
  onnx_model m;
  m.input("x", {1, 2}).output("y");
  annotate(m, "x", "BINARY");
  onnx::TensorProto& w = m.constant("w", {2, 2}, {1, 0, 0, 1});
  m.node("XnorPopcountMatMul", {"x", "w"}, "y", general);
  CHECK(evaluate(m.read(), {{1, 2}, {1, 0}}).values == std::vector<float>{2, 0});
  CHECK(evaluate(m.read(), {{1, 2}, {1, 1}}).values == std::vector<float>{1, 1});
  w.set_float_data(3, -1);
  CHECK(m.refusal() == "XnorPopcountMatMul_y: element 3 of its weights is -1; right: 0 or 1");
}

TEST_CASE("a QuantAvgPool2d and a MultiThreshold that make no sense are refused") {
  onnx_model m;
  m.input("x", {1, 2, 4, 4}).output("y");
  onnx::NodeProto& pool = m.node("QuantAvgPool2d", {"x"}, "y", general);
  for (const auto& [key, value] : {std::pair{"kernel", 2}, {"stride", 2}, {"ibits", 4}, {"obits", 4}})
    onnx_model::integer(pool, key, value);
  CHECK(evaluate(m.read(), {{1, 2, 4, 4}, std::vector<float>(32, 7)}).values == std::vector<float>(8, 7));
  pool.mutable_attribute(0)->set_i(0);
  CHECK(m.refusal() == "QuantAvgPool2d_y: its kernel is 0 and its stride 2; right: 1 to 4096, and 1 to 2^30");
  pool.mutable_attribute(0)->set_i(2);
  pool.mutable_attribute(3)->set_i(33);
  CHECK(m.refusal() == "QuantAvgPool2d_y: it makes 33 bits of 4; right: 1 to 32 each");
  pool.mutable_attribute(3)->set_i(4);
  onnx_model::string(pool, "data_layout", "NCWH");
  CHECK(m.refusal() == "QuantAvgPool2d_y: its data_layout is NCWH; right: NCHW or NHWC");

  onnx_model t;
  t.input("x", {1, 2, 4}).output("y");
  t.constant("t", {2, 1}, {1, 2});
  onnx::NodeProto& steps = t.node("MultiThreshold", {"x", "t"}, "y", general);
  CHECK(evaluate(t.read(), {{1, 2, 4}, std::vector<float>(8, 1)}).values == std::vector<float>{1, 1, 1, 1, 0, 0, 0, 0});
  onnx_model::string(steps, "data_layout", "CNW");
  CHECK(t.refusal() == "MultiThreshold_y: its data_layout is CNW; right: NCHW, NHWC, NCW, NWC or NC");
}

namespace {

/// y = Twice(x), a function of the model's own.
onnx_model with_function() {
  onnx_model m;
  m.input("x", {1, 2}).output("y");
  m.node("Twice", {"x"}, "y", "local").set_name("call");
  onnx::FunctionProto& twice = *m.model.add_functions();
  twice.set_name("Twice");
  twice.set_domain("local");
  twice.add_input("a");
  twice.add_output("b");
  onnx::NodeProto& body = *twice.add_node();
  body.set_op_type("Add");
  body.add_input("a");
  body.add_input("a");
  body.add_output("b");
  return m;
}

}  // namespace

TEST_CASE("functions are inlined, and refused where they call themselves or are of another opset") {
  onnx_model m = with_function();
  CHECK(m.read().nodes.at(0).name == "call/Add_0");
  CHECK(evaluate(m.read(), {{1, 2}, {1, -3}}).values == std::vector<float>{2, -6});
  onnx::OperatorSetIdProto& opset = *m.model.mutable_functions(0)->add_opset_import();
  opset.set_version(12);
  CHECK(m.refusal() == "call: calls the function Twice, written for opset 12 of ONNX; right: 11, the model's");
  opset.set_version(11);
  m.graph.mutable_node(0)->add_input("x");
  CHECK(m.refusal() == "call: calls the function Twice, with 2 inputs and 1 outputs; right: at most 1 and 1");
  onnx_model deep = with_function();
  onnx::NodeProto& again = *deep.model.mutable_functions(0)->mutable_node(0);
  again.set_op_type("Twice");
  again.set_domain("local");
  again.mutable_input()->RemoveLast();
  CHECK(says(deep.refusal(), "calls the function Twice, which calls others 64 deep; right: fewer, and not itself"));
  // Two calls each time: 2^64 nodes.
  onnx::NodeProto& second = *deep.model.mutable_functions(0)->add_node();
  second = again;
  second.set_output(0, "c");
  CHECK(says(deep.refusal(), "64 deep"));
  onnx_model doubled = with_function();
  *doubled.model.add_functions() = doubled.model.functions(0);
  CHECK(doubled.refusal() == "function Twice: it is there twice");
}

namespace {

onnx_model with_external(const std::string& location, const char* offset, const char* length) {
  onnx_model m = small_model();
  onnx::TensorProto& b = *m.graph.mutable_initializer(m.graph.initializer_size() - 1);
  b.clear_float_data();
  b.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] :
       {std::pair<std::string, std::string>{"location", location}, {"offset", offset}, {"length", length}}) {
    if (value.empty()) continue;
    onnx::StringStringEntryProto& entry = *b.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
  return m;
}

}  // namespace

TEST_CASE("external data is read from the model's folder, and from nowhere else") {
  const temporary_directory outside;
  write_bytes(outside.file("data"), std::string(64, '\0'));
  const temporary_directory folder;
  write_bytes(folder.file("data"), std::string("\0\0\0\0\0\0\0\x3E\0\0\x40\xC0 more", 17));
  std::filesystem::create_symlink(outside.file("data"), folder.file("link"));
  std::filesystem::create_directory(folder.file("sub"));
  const std::string path = folder.file("model.onnx");
  const auto read = [&](const onnx_model& m) {
    write_bytes(path, m.bytes());
    return read_qonnx(path);
  };
  const auto refusal = [&](const std::string& location, const char* offset, const char* length) {
    const std::string message = message_of<input_error>([&] { read(with_external(location, offset, length)); });
    return message.starts_with(path + ": initializer b: ") ? message.substr(path.size() + 17) : message;
  };
  CHECK(read(with_external("data", "4", "8")).constants.at("b").values == std::vector<float>{0.125F, -3});
  CHECK(read(with_external("data", "", "")).constants.at("b").values.size() == 2);
  const auto elsewhere = [](const std::string& location) {
    return "its data is in " + location + "; right: a file in the model's folder";
  };
  CHECK(refusal("../data", "", "") == elsewhere("../data"));
  CHECK(refusal("sub/../data", "", "") == elsewhere("sub/../data"));
  CHECK(refusal(outside.file("data"), "", "") == elsewhere(outside.file("data")));
  CHECK(refusal("link", "", "") == elsewhere("link"));
  CHECK(refusal("sub", "", "") == elsewhere("sub"));
  CHECK(refusal("none", "", "") == "its data is in none, which can't be read");
  CHECK(refusal("", "", "8") == "its data is in another file, whose location is not said");
  CHECK(refusal("data", "12", "") == "it needs 8 bytes from byte 12 of data, which has 17");
  CHECK(refusal("data", "9223372036854775807", "") ==
        "it needs 8 bytes from byte 9223372036854775807 of data, which has 17");
  CHECK(refusal("data", "0", "12") == "its shape needs 8 bytes, but 12 of data are named");
  CHECK(refusal("data", "-4", "") == "the offset of its data is -4; right: a number of bytes");
  CHECK(refusal("data", "4x", "") == "the offset of its data is 4x; right: a number of bytes");
  onnx_model huge = with_external("data", "", "");
  huge.graph.mutable_initializer(huge.graph.initializer_size() - 1)->set_dims(0, std::int64_t{1} << 40);
  CHECK(says(message_of<input_error>([&] { read(huge); }), "beyond 2^31 elements"));
  CHECK(says(message_of<input_error>([&] { read_qonnx_bytes(with_external("data", "", "").bytes(), "m"); }),
             "m: initializer b: its data is in another file"));
}

TEST_CASE("elements of less than a byte, blocks and several zero points are what ONNX says") {
  onnx_model m;
  m.input("x", {1, 2}).output("y");
  onnx::TensorProto& w = m.constant("w", {2, 3}, {});
  w.set_data_type(22);  // INT4: two a byte, the first in the lower half
  w.set_raw_data(std::string("\x21\x8F\x7F", 3));
  m.constant("s", {1, 3}, {1, 2, 4});
  onnx::NodeProto& real = m.node("DequantizeLinear", {"w", "s"}, "wr");
  onnx_model::integer(real, "axis", 0);
  onnx_model::integer(real, "block_size", 2);
  m.node("MatMul", {"x", "wr"}, "y");
  const std::vector<float> expected{1, 4, -4, -8, -2, 28};
  CHECK(m.read().constants.at("wr_values").values == expected);
  w.clear_raw_data();  // the same in the typed field
  for (const int byte : {0x21, 0x8F, 0x7F}) w.add_int32_data(byte);
  CHECK(m.read().constants.at("wr_values").values == expected);
  w.add_int32_data(0);
  CHECK(m.refusal() == "initializer w: its shape [2, 3] needs 3 values, but there are 4");
  w.mutable_int32_data()->RemoveLast();
  real.mutable_attribute(1)->set_i(1);
  CHECK(m.refusal() ==
        "DequantizeLinear_wr: its scale is [1, 3] in blocks of 1 along dimension 0 of [2, 3]; right: [2, 3]");
  real.mutable_attribute(1)->set_i(-1);
  CHECK(says(m.refusal(), "in blocks of -1"));
  w.set_data_type(26);  // INT2: four a byte
  w.clear_int32_data();
  w.set_raw_data(std::string("\xE4\x01", 2));
  real.mutable_attribute(1)->set_i(2);
  CHECK(m.read().constants.at("wr_values").values == std::vector<float>{0, 2, -8, -1, 2, 0});
}

TEST_CASE("integers that come in are taken as they are") {
  onnx_model m = small_model();
  m.graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT8);
  const integer_network net = streamline(m.read());
  CHECK(to_string(net.input_info().type) == "INT8");
  CHECK(net.input.scale == 1);
}

TEST_CASE("a bit width for each channel is taken of weights, and refused of activations") {
  onnx_model m = small_model();
  const auto widths = [&](const char* name) {
    for (onnx::TensorProto& tensor : *m.graph.mutable_initializer())
      if (tensor.name() == name) {
        tensor.clear_float_data();
        tensor.clear_dims();
        onnx_model::fill(tensor, {std::string(name) == "wq_bits" ? 2 : 3},
                         std::string(name) == "wq_bits" ? std::vector<float>{2, 4} : std::vector<float>{2, 4, 4});
      }
  };
  widths("wq_bits");  // w / 0.25: 1 -2 | 3 0 | -1 4, of which column 0 has 2 bits
  const integer_network net = streamline(m.read());
  const integer_tensor& weights = matrix_layers(net).at(0)->weights;
  CHECK(to_string(weights.type) == "INT4");
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < weights.size(); ++i) values.push_back(*weights.at(i));
  CHECK(values == std::vector<std::int64_t>{1, 1, -1, -2, 0, 4});
  widths("xq_bits");
  CHECK(m.refusal() == "Quant_xq: its bit width differs from channel to channel; right: one width, of activations");
}
