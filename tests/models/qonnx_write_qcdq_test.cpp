// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <random>

#include "spillway/models/integer_network/same_integers.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/models/paper_networks/tfc.h"
#include "spillway/models/paper_networks/unet.h"
#include "spillway/models/streamline/checked_write.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/hostile_bytes.h"
#include "spillway/tests/models/one_node.h"
#include "spillway/tests/models/random_image_network.h"
#include "spillway/tests/models/random_network.h"
#include "spillway/tests/models/real_data.h"

// Networks written as QCDQ are the same networks: integers, values, and the same bytes when they are written again.

using namespace spillway;
using namespace spillway::testing;

namespace {

onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  REQUIRE(model.ParseFromString(bytes));
  return model;
}

/// What ONNX's own checker says against a file, node by node and with the types that it infers.
std::string checked_by_onnx(const std::string& bytes) {
  onnx::ModelProto model = parsed(bytes);
  try {
    onnx::checker::check_model(model);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), {true, 1, false});
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

/// A quantizer that QCDQ can say, as near as may be to one that it can't.
void make_sayable(quant_op& op, bool is_constant) {
  op.bits = std::min(op.bits, 8);
  for (float& zero : op.zero_point.values)
    zero = std::clamp(std::floor(zero / 2) * 2, op.is_signed ? -128.0F : 0.0F, op.is_signed ? 126.0F : 254.0F);
  if (!is_constant) op.rounding = rounding_mode::round;
}

/// The network as it is read, with quantizers that QCDQ can say; nothing if it has others, or can't be streamlined
/// then.
std::optional<network> sayable(const network& from) {
  network net = read_qonnx_bytes(qonnx_bytes(from), "n.onnx");  // what constants decide is computed
  for (network_node& node : net.nodes) {
    if (auto* op = std::get_if<quant_op>(&node.op)) make_sayable(*op, net.constants.contains(node.inputs[0]));
    if (std::holds_alternative<bipolar_quant_op>(node.op) || std::holds_alternative<trunc_op>(node.op) ||
        std::holds_alternative<multi_threshold_op>(node.op))
      return std::nullopt;
  }
  try {
    streamline(net);
  } catch (const input_error&) {
    return std::nullopt;
  }
  return net;
}

void check_round_trip(const network& net) {
  const std::string bytes = qonnx_bytes(net, onnx_dialect::qcdq);
  const network read = read_qonnx_bytes(bytes, "n.onnx");
  CHECK(same_integers(streamline(read), streamline(net)));
  CHECK(qonnx_bytes(read, onnx_dialect::qcdq) == bytes);
  CHECK(checked_by_onnx(bytes) == "");
  CHECK(read.metadata == net.metadata);
  const onnx::ModelProto model = parsed(bytes);
  for (const onnx::NodeProto& node : model.graph().node()) CHECK(node.domain().empty());
}

float_tensor random_input(const network& net, std::mt19937& random) {
  float_tensor x{net.input_shape, {}};
  std::uniform_real_distribution<float> any(-3, 3);
  for (std::size_t i = count(x.shape); i > 0; --i) x.values.push_back(any(random));
  return x;
}

}  // namespace

TEST_CASE("random networks have the same integers and the same values as QCDQ") {
  int linear = 0, images = 0;
  std::mt19937 random(1);
  for (unsigned seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    for (const bool of_images : {false, true}) {
      const auto net = sayable(of_images ? random_image_network(seed) : random_network(seed));
      if (!net) continue;
      ++(of_images ? images : linear);
      check_round_trip(*net);
      const network read = read_qonnx_bytes(qonnx_bytes(*net, onnx_dialect::qcdq), "n.onnx");
      const float_tensor x = random_input(*net, random);
      CHECK(evaluate(read, x) == evaluate(*net, x));
    }
  }
  CHECK(linear >= 50);
  CHECK(images >= 20);
}

TEST_CASE("the networks that are trained have weights of a byte, and keep their claims") {
  network_options options;
  options.width_multiplier = 0.125;
  options.calibration_images = 0;
  for (network net : {resnet18_cifar10(options), mobilenet_v1_cifar10(options), tfc(options), unet(options)}) {
    CAPTURE(net.name);
    std::size_t weights = 0;
    for (const network_node& node : net.nodes) {
      if (!std::holds_alternative<conv_op>(node.op)) continue;
      net.metadata["spillway.accumulator." + node.name] = "20";
    }
    check_round_trip(net);
    for (const network_node& node : net.nodes)
      if (std::holds_alternative<quant_op>(node.op) && net.constants.contains(node.inputs[0]))
        weights += net.constants.at(node.inputs[0]).values.size();
    std::size_t bytes = 0, reals = 0;
    const onnx::ModelProto model = parsed(qonnx_bytes(net, onnx_dialect::qcdq));
    for (const onnx::TensorProto& tensor : model.graph().initializer())
      (tensor.data_type() == onnx::TensorProto::FLOAT ? reals : bytes) += tensor.raw_data().size();
    CHECK(bytes >= weights);
    CHECK(bytes < weights + weights / 5 + 5000);
    CHECK(reals < 4 * weights / 5 + 20000);
  }
}

TEST_CASE("every range, sign and zero point of 8 bits and less comes back, for values and for constants") {
  for (const bool is_signed : {false, true})
    for (const bool narrow : {false, true})
      for (int bits = is_signed || narrow ? 2 : 1; bits <= 8; ++bits)
        for (const float zero : {0.0F, 6.0F, 7.0F, is_signed ? -128.0F : 255.0F})
          for (const bool is_constant : {false, true}) {
            quant_op op{{{3, 1}, {0.25F, 1, 3e-5F}}, {{}, {zero}}, bits, is_signed, narrow, rounding_mode::round};
            if (!is_constant && std::fmod(zero, 2.0F) != 0) op.rounding = rounding_mode::half_odd;
            network net = one_node(add_op{}, {1, 3, 4});
            net.nodes.insert(net.nodes.begin(), {"quant", op, {is_constant ? "w" : "x"}, "q"});
            if (is_constant)
              net.constants["w"] = {{3, 4}, {-9, -1, 0.125F, 90, -200, 0.5F, 1.5F, 2.5F, 0, 1, 1e-4F, -1e-4F}};
            net.nodes[1].inputs = {"x", "q"};
            const std::string bytes = qonnx_bytes(net, onnx_dialect::qcdq);
            CHECK(checked_by_onnx(bytes) == "");
            const network read = read_qonnx_bytes(bytes, "n.onnx");
            const auto& back = std::get<quant_op>(read.nodes.at(0).op);
            CHECK(back.bits == bits);
            CHECK(back.narrow == narrow);
            CHECK(back.is_signed == is_signed);
            std::mt19937 random(7);
            const float_tensor x = random_input(net, random);
            CHECK(evaluate(read, x) == evaluate(net, x));
            CHECK(qonnx_bytes(read, onnx_dialect::qcdq) == bytes);
          }
}

TEST_CASE("a constant that others read, too, stays what it is") {
  network net = one_node(add_op{}, {1, 2});
  net.constants["w"] = {{2}, {0.3F, -0.7F}};
  net.nodes.insert(net.nodes.begin(), {"quant", quant_op{{{}, {0.5F}}, {{}, {0}}, 4}, {"w"}, "q"});
  net.nodes[1].inputs = {"x", "q"};
  net.nodes[1].output = "t";
  net.nodes.push_back({"again", add_op{}, {"t", "w"}, "y"});
  const network read = read_qonnx_bytes(qonnx_bytes(net, onnx_dialect::qcdq), "n.onnx");
  CHECK(read.constants.at("w") == net.constants.at("w"));
  CHECK(evaluate(read, {{1, 2}, {1, 2}}) == evaluate(net, {{1, 2}, {1, 2}}));
}

TEST_CASE("what QCDQ can't say is one line that names the node") {
  const auto refusal = [](network_op op, std::vector<std::int64_t> shape = {1, 3}) {
    return message_of<input_error>([&] { qonnx_bytes(one_node(std::move(op), std::move(shape)), onnx_dialect::qcdq); });
  };
  quant_op op{{{}, {1}}, {{}, {0}}, 9};
  CHECK(refusal(op) == "node: QCDQ has 8 bits at most, it has 9; right: QONNX");
  op.bits = 8;
  CHECK(refusal(op) == "no exception");
  op.rounding = rounding_mode::floor;
  CHECK(refusal(op) == "node: QCDQ rounds half to even, it rounds FLOOR; right: QONNX");
  op.rounding = rounding_mode::round;
  op.zero_point.values[0] = 3;
  CHECK(refusal(op) == "node: QCDQ rounds ties to odd with a zero point of 3, it to even; right: QONNX");
  op.zero_point.values[0] = 0.5F;
  CHECK(refusal(op) == "node: QCDQ has whole zero points of -128 to 127, it has 0.5; right: QONNX");
  op.zero_point.values[0] = 128;
  CHECK(refusal(op) == "node: QCDQ has whole zero points of -128 to 127, it has 128; right: QONNX");
  op.zero_point.values[0] = 0;
  op.scale = {{3, 2}, {1, 2, 3, 4, 5, 6}};
  CHECK(refusal(op, {1, 3, 2}) ==
        "node: a QuantizeLinear of [1, 3, 2] has one scale and zero point a channel, not [3, 2]");
  CHECK(refusal(bipolar_quant_op{{{}, {1}}}) == "node: BipolarQuant has no form in QCDQ; right: QONNX");
  CHECK(refusal(trunc_op{{{}, {1}}, {{}, {0}}, {{}, {1}}}) == "node: Trunc has no form in QCDQ; right: QONNX");
  CHECK(refusal(multi_threshold_op{{{1, 1}, {0}}}) == "node: MultiThreshold has no form in QCDQ; right: QONNX");
  network tiny = one_node(add_op{}, {1, 2});
  tiny.constants["w"] = {{2}, {1e-44F, 1}};
  tiny.nodes.insert(tiny.nodes.begin(), {"quant", quant_op{{{}, {3e38F}}, {{}, {0}}, 8}, {"w"}, "q"});
  tiny.nodes[1].inputs = {"x", "q"};
  CHECK_NOTHROW(qonnx_bytes(tiny, onnx_dialect::qcdq));
  tiny.constants["w"].values[1] = 3.4e38F;
  CHECK_NOTHROW(qonnx_bytes(tiny, onnx_dialect::qcdq));
  std::get<quant_op>(tiny.nodes[0].op).rounding = rounding_mode::ceil;
  CHECK(message_of<input_error>([&] { qonnx_bytes(tiny, onnx_dialect::qcdq); }) ==
        "quant: the integer 2 of scale 3e+38 would not survive as float32; right: a scale whose products are within "
        "float32's range");
}

TEST_CASE("a name of a format is known, or the nearest is offered") {
  CHECK(parse_onnx_dialect("qonnx") == onnx_dialect::qonnx);
  CHECK(parse_onnx_dialect(to_string(onnx_dialect::qcdq)) == onnx_dialect::qcdq);
  CHECK(message_of<config_error>([] { parse_onnx_dialect("qdcq"); }) == "there is no format qdcq; nearest: qcdq");
}

TEST_CASE("a refused network leaves the file that was there") {
  const temporary_directory folder;
  const std::string path = folder.file("n.onnx");
  write_bytes(path, "before");
  network net = one_node(bipolar_quant_op{{{}, {1}}}, {1, 3});
  CHECK_THROWS_AS(write_checked(net, path, onnx_dialect::qcdq), input_error);
  CHECK(std::filesystem::file_size(path) == 6);
}

TEST_CASE("real networks of others are the same integers as QCDQ") {
  for (const char* name : {"TFC_2W2A.onnx", "espcn_nn_resize_quant.onnx", "qkeras_jettagging.onnx"})
    if (const auto path = shared(name)) check_round_trip(read_qonnx(*path));
  if (const auto path = shared("TFC_1W1A.onnx"))
    CHECK(message_of<input_error>([&] { qonnx_bytes(read_qonnx(*path), onnx_dialect::qcdq); }) ==
          "BipolarQuant_11: BipolarQuant has no form in QCDQ; right: QONNX");
}

TEST_CASE("networks differ where one integer differs") {
  const integer_network net = streamline(tfc({}));
  integer_network other = net;
  CHECK(same_integers(net, other));
  integer_layer& layer = *mutable_matrix_layers(other).at(1);
  *layer.weights.at(5) ^= 1;
  CHECK_FALSE(same_integers(net, other));
  other = net;
  mutable_matrix_layers(other).at(0)->thresholds->words.back() += 1;
  CHECK_FALSE(same_integers(net, other));
  other = net;
  mutable_matrix_layers(other).at(2)->claimed_bits = 9;
  CHECK_FALSE(same_integers(net, other));
  other = net;
  other.output_scale[3] = std::nextafter(other.output_scale[3], 1.0);
  CHECK_FALSE(same_integers(net, other));
}
