// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/models/onnx_model.h"
#include "spillway/tests/models/random_network.h"
#include "spillway/tests/traces/full_disk.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

template <class Op>
const Op& op_of(const network& net, std::size_t node) {
  return std::get<Op>(net.nodes.at(node).op);
}

bool transposes_raw_constants(const network& net) {
  return std::any_of(net.nodes.begin(), net.nodes.end(), [&](const network_node& node) {
    return std::holds_alternative<transpose_op>(node.op) && net.constants.contains(node.inputs[0]);
  });
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a file of another program is read as it stands") {
  const network net = small_model().read();
  CHECK(net.input == "x");
  CHECK(net.input_shape == std::vector<std::int64_t>{1, 3});
  CHECK(net.output == "y");
  REQUIRE(net.nodes.size() == 4);
  CHECK(net.nodes[0].name == "Quant_xq");
  CHECK(net.nodes[2].inputs == std::vector<std::string>{"xq", "wq"});
  const auto& quant = op_of<quant_op>(net, 0);
  CHECK(quant.scale == float_tensor{{}, {0.5F}});
  CHECK(quant.bits == 4);
  CHECK(quant.is_signed);
  CHECK_FALSE(quant.narrow);
  CHECK(quant.rounding == rounding_mode::round);
  // A quantizer's parameters live in the operator; what is left are the operands.
  REQUIRE(net.constants.size() == 2);
  CHECK(net.constants.at("b") == float_tensor{{2}, {0.125F, -3}});
}

TEST_CASE("quantizers are read in each of their domains, and under both names") {
  const network expected = small_model().read();
  for (const char* domain : {"onnx.brevitas", "finn.custom_op.general", ""})
    CHECK(equal(small_model(domain).read(), expected));
  onnx_model renamed = small_model();
  renamed.graph.mutable_node(0)->set_op_type("IntQuant");
  CHECK(equal(renamed.read(), expected));
  onnx_model elsewhere = small_model("com.example");
  CHECK(elsewhere.refusal() ==
        "Quant_xq: Quant in domain com.example is unknown; nearest: domain qonnx.custom_op.general");
}

TEST_CASE("every rounding mode is read by its names, in any letter case") {
  const std::pair<const char*, rounding_mode> names[] = {
      {"ROUND", rounding_mode::round},     {"round", rounding_mode::round},
      {"HALF_EVEN", rounding_mode::round}, {"CEIL", rounding_mode::ceil},
      {"FLOOR", rounding_mode::floor},     {"UP", rounding_mode::up},
      {"DOWN", rounding_mode::down},       {"ROUND_TO_ZERO", rounding_mode::down},
      {"HALF_UP", rounding_mode::half_up}, {"Half_Down", rounding_mode::half_down}};
  for (const auto& [name, mode] : names) {
    onnx_model m = small_model();
    onnx_model::string(*m.graph.mutable_node(0), "rounding_mode", name);
    CHECK(op_of<quant_op>(m.read(), 0).rounding == mode);
  }
  onnx_model m = small_model();
  onnx_model::string(*m.graph.mutable_node(0), "rounding_mode", "FLOR");
  CHECK(m.refusal() == "Quant_xq: rounding_mode FLOR is unknown; nearest: FLOOR");
}

TEST_CASE("what a Quant leaves out is QONNX's default: signed, not narrow, half to even") {
  onnx_model m = small_model();
  m.graph.mutable_node(0)->clear_attribute();
  const network net = m.read();
  const auto& quant = op_of<quant_op>(net, 0);
  CHECK(quant.is_signed);
  CHECK_FALSE(quant.narrow);
  CHECK(quant.rounding == rounding_mode::round);
}

TEST_CASE("one signed bit is bipolar, as QONNX runtimes evaluate it") {
  onnx_model m;
  m.input("x", {1, 3}).output("y");
  m.quant("x", "y", 0.5F, 1, true);
  CHECK(op_of<bipolar_quant_op>(m.read(), 0).scale.values == std::vector<float>{0.5F});
  m.graph.mutable_initializer(1)->set_float_data(0, 1);
  CHECK(m.refusal() == "Quant_y: its zero point is 1; right for one signed bit (bipolar): 0");
}

TEST_CASE("a constant that is a quantizer's scale and an operand, too, stays an operand") {
  onnx_model m = small_model();
  m.graph.mutable_node(3)->set_input(1, "wq_scale");
  const network net = m.read();
  CHECK(net.constants.at("wq_scale").values == std::vector<float>{0.25F});
  CHECK(streamline(net).output_bias == std::vector<double>{0.25, 0.25});
}

TEST_CASE("Identity and Constant nodes leave no trace") {
  onnx_model m = small_model();
  onnx::NodeProto bias = *m.graph.mutable_node(3);
  m.graph.mutable_node()->RemoveLast();
  m.graph.mutable_initializer()->RemoveLast();
  onnx::AttributeProto& value = *m.node("Constant", {}, "c").add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  onnx_model::fill(*value.mutable_t(), {2}, {0.125F, -3});
  m.node("Identity", {"c"}, "b");
  m.node("Identity", {"z"}, "z2");
  bias.set_input(0, "z2");
  *m.graph.add_node() = bias;
  const network net = m.read();
  REQUIRE(net.nodes.size() == 4);
  CHECK(net.nodes[3].inputs == std::vector<std::string>{"z", "c"});
  CHECK(net.constants.at("c").values == std::vector<float>{0.125F, -3});
  CHECK(streamline(net).output_bias == streamline(small_model().read()).output_bias);
}

TEST_CASE("an Identity at the output gives the output its input's name") {
  onnx_model m = small_model();
  m.node("Identity", {"y"}, "out");
  m.graph.mutable_output(0)->set_name("out");
  CHECK(m.read().output == "y");
}

TEST_CASE("a Reshape that keeps the batch is taken, as a Flatten if it is one") {
  const std::vector<std::pair<std::vector<float>, bool>> cases = {
      {{0, -1}, true},   {{1, -1}, true},  {{-1, 12}, true}, {{1, 12}, true}, {{0, 12}, true},
      {{-1, -1}, false}, {{1, 11}, false}, {{2, 6}, false},  {{-1}, false},   {{0, 3, -1}, true}};
  for (const auto& [shape, fits] : cases) {
    onnx_model m;
    m.input("x", {1, 3, 2, 2}).output("y");
    m.constant("shape", {static_cast<std::int64_t>(shape.size())}, shape);
    m.node("Reshape", {"x", "shape"}, "y");
    CAPTURE(shape.size());
    CAPTURE(shape[0]);
    if (fits && shape.size() == 2)
      CHECK(std::holds_alternative<flatten_op>(m.read().nodes.at(0).op));
    else if (fits)
      CHECK(op_of<reshape_op>(m.read(), 0).shape == std::vector<std::int64_t>{3, 4});
    else
      CHECK(says(m.refusal(), "Reshape_y: it reshapes [1, 3, 2, 2] to ["));
  }
}

TEST_CASE("a Flatten is taken where the batch stays, from any axis that says so") {
  const auto refusal = [](const std::vector<std::int64_t>& shape, int axis) {
    onnx_model m;
    m.input("x", shape).output("y");
    onnx_model::integer(m.node("Flatten", {"x"}, "y"), "axis", axis);
    return m.refusal();
  };
  for (const int axis : {1, -3, 0}) CHECK(refusal({1, 3, 2, 2}, axis) == "no exception");
  CHECK(refusal({1, 1, 2, 2}, 2) == "no exception");
  CHECK(refusal({2, 3, 2, 2}, 0) ==
        "Flatten_y: it reshapes [2, 3, 2, 2] to [1, 24]; right: dimension 0, the batch, stays");
  CHECK(refusal({1, 3, 2, 2}, 2) ==
        "Flatten_y: it reshapes [1, 3, 2, 2] to [3, 4]; right: dimension 0, the batch, stays");
  CHECK(refusal({1, 3, 2, 2}, -5) == "Flatten_y: it flattens from axis -5, which [1, 3, 2, 2] does not have");
}

TEST_CASE("constants may have any type whose values are float32") {
  struct format {
    onnx::TensorProto::DataType type;
    std::string raw;  // of 1, -2
  };
  const auto little = [](std::uint64_t value, int bytes) {
    std::string text;
    for (int b = 0; b < bytes; ++b) text += static_cast<char>(value >> (8 * b) & 0xFF);
    return text;
  };
  const auto two = [&](std::uint64_t a, std::uint64_t b, int bytes) { return little(a, bytes) + little(b, bytes); };
  const auto minus_two = ~std::uint64_t{1};
  for (const format& f :
       {format{onnx::TensorProto::FLOAT, two(0x3F800000, 0xC0000000, 4)},
        format{onnx::TensorProto::DOUBLE, two(0x3FF0000000000000, 0xC000000000000000, 8)},
        format{onnx::TensorProto::FLOAT16, two(0x3C00, 0xC000, 2)},
        format{onnx::TensorProto::BFLOAT16, two(0x3F80, 0xC000, 2)},
        format{onnx::TensorProto::INT64, two(1, minus_two, 8)}, format{onnx::TensorProto::INT32, two(1, minus_two, 4)},
        format{onnx::TensorProto::INT16, two(1, minus_two, 2)},
        format{onnx::TensorProto::INT8, two(1, minus_two, 1)}}) {
    onnx_model m = small_model();
    onnx::TensorProto& bias = *m.graph.mutable_initializer(m.graph.initializer_size() - 1);
    bias.clear_float_data();
    bias.set_data_type(f.type);
    bias.set_raw_data(f.raw);
    CAPTURE(onnx::TensorProto::DataType_Name(f.type));
    CHECK(m.read().constants.at("b").values == std::vector<float>{1, -2});
    bias.clear_raw_data();
    switch (f.type) {
      case onnx::TensorProto::FLOAT:
        bias.add_float_data(1), bias.add_float_data(-2);
        break;
      case onnx::TensorProto::DOUBLE:
        bias.add_double_data(1), bias.add_double_data(-2);
        break;
      case onnx::TensorProto::INT64:
        bias.add_int64_data(1), bias.add_int64_data(-2);
        break;
      case onnx::TensorProto::FLOAT16:
        bias.add_int32_data(0x3C00), bias.add_int32_data(0xC000);
        break;
      case onnx::TensorProto::BFLOAT16:
        bias.add_int32_data(0x3F80), bias.add_int32_data(0xC000);
        break;
      default:
        bias.add_int32_data(1), bias.add_int32_data(-2);
        break;
    }
    CHECK(m.read().constants.at("b").values == std::vector<float>{1, -2});
  }
}

TEST_CASE("the batch may be open, and is 1 then") {
  onnx_model m = small_model();
  m.graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_param("N");
  CHECK(m.read().input_shape == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("initializers may be listed among the inputs, as before IR version 4") {
  onnx_model m = small_model();
  for (const onnx::TensorProto& tensor : m.graph.initializer())
    onnx_model::value_info(*m.graph.add_input(), tensor.name(), {});
  CHECK(equal(m.read(), small_model().read()));
}

TEST_CASE("a network that is written and read is the same network, but that transposed constants are constants") {
  const temporary_directory folder;
  const std::string path = folder.file("n.onnx");
  for (unsigned seed = 0; seed < 200; ++seed) {
    const network net = random_network(seed);
    write_qonnx(net, path);
    const network read = read_qonnx(path);
    CAPTURE(seed);
    if (transposes_raw_constants(net))
      CHECK(read.nodes.size() < net.nodes.size());
    else
      CHECK(equal(read, net));
    write_qonnx(read, path);
    CHECK(equal(read_qonnx(path), read));
    const float_tensor x{net.input_shape,
                         std::vector<float>(static_cast<std::size_t>(elements(net.input_shape, "x")), 0.75F)};
    CHECK(evaluate(read, x) == evaluate(net, x));
  }
}

TEST_CASE("every operator and attribute survives writing and reading") {
  const network net = every_operator();
  const temporary_directory folder;
  write_qonnx(net, folder.file("n.onnx"));
  CHECK(equal(read_qonnx(folder.file("n.onnx")), net));
}

TEST_CASE("the same network gives the same bytes") {
  const temporary_directory folder;
  write_qonnx(random_network(7), folder.file("a.onnx"));
  write_qonnx(random_network(7), folder.file("b.onnx"));
  CHECK(bytes_of(folder.file("a.onnx")) == bytes_of(folder.file("b.onnx")));
}

TEST_CASE("a written file declares what others need to read it") {
  const temporary_directory folder;
  write_qonnx(small_model().read(), folder.file("n.onnx"));
  onnx::ModelProto model;
  REQUIRE(model.ParseFromString(bytes_of(folder.file("n.onnx"))));
  CHECK(model.ir_version() == 8);
  REQUIRE(model.opset_import_size() == 2);
  CHECK(model.opset_import(0).version() == 13);
  CHECK(model.opset_import(1).domain() == "qonnx.custom_op.general");
  for (const onnx::NodeProto& node : model.graph().node())
    CHECK(node.domain() == (node.op_type() == "Quant" ? "qonnx.custom_op.general" : ""));
  for (const onnx::TensorProto& tensor : model.graph().initializer()) CHECK(tensor.has_raw_data());
}

TEST_CASE("a name that the file's constants would take is left alone") {
  onnx_model m = small_model();
  // The writer would call the scale of Quant_xq so.
  m.graph.mutable_node(2)->set_output(0, "Quant_xq_scale");
  m.graph.mutable_node(3)->set_input(0, "Quant_xq_scale");
  const network net = m.read();
  const temporary_directory folder;
  write_qonnx(net, folder.file("n.onnx"));
  CHECK(equal(read_qonnx(folder.file("n.onnx")), net));
}

TEST_CASE("a file appears whole or not at all") {
  const temporary_directory folder;
  const network net = random_network(3);
  CHECK_THROWS_AS(write_qonnx(net, folder.file("no/such/folder.onnx")), io_error);
  write_qonnx(net, folder.file("n.onnx"));
  const std::string before = bytes_of(folder.file("n.onnx"));
  network large = small_model().read();
  large.constants["unused"] = {{1 << 18}, std::vector<float>(1 << 18)};
  {
    const file_size_limit limit(4096);
    CHECK_THROWS_AS(write_qonnx(large, folder.file("n.onnx")), io_error);
  }
  CHECK(bytes_of(folder.file("n.onnx")) == before);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a network that can't be a file is refused before one is written") {
  const temporary_directory folder;
  network net = small_model().read();
  net.nodes[2].inputs = {"xq"};
  CHECK(message_of<input_error>([&] { write_qonnx(net, folder.file("n.onnx")); }) ==
        "MatMul_z: has 1 inputs; right: 2");
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("metadata survives, and so do empty and long values") {
  network net = small_model().read();
  net.metadata = {{"spillway.accumulator.MatMul_z", "14"}, {"empty", ""}, {"long", std::string(10000, 'x')}};
  const temporary_directory folder;
  write_qonnx(net, folder.file("n.onnx"));
  CHECK(read_qonnx(folder.file("n.onnx")).metadata == net.metadata);
}
