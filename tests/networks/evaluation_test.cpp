// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "spillway/models/network/evaluate.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/paper_networks/activation_ranges.h"
#include "spillway/tests/networks/described.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

using shape = std::vector<std::int64_t>;

network_options calibrated() {
  network_options options = small_options();
  options.calibration_images = 4;
  return options;
}

/// How the outputs of quantizers of activations spread on images that calibration has not seen.
struct spread {
  std::string node;
  std::size_t levels = 0;  ///< that occur
  std::size_t of = 0;
  double commonest = 0;    ///< the share of the most frequent one
  double at_greatest = 0;  ///< the share that may be clipped
};

std::vector<spread> spreads(const network& net) {
  std::vector<spread> result;
  const auto maker = makers(net);
  const float_tensor images = generated_images(net.input_shape, 3, 77);
  evaluate(net, images, [&](const std::string& name, const float_tensor& tensor) {
    const network_node& node = *maker.at(name);
    const bool is_weights = net.constants.contains(node.inputs[0]);
    if (node.op.index() > 1 || is_weights) return;  // Quant, BipolarQuant
    std::map<float, std::size_t> count;
    for (const float value : tensor.values) ++count[value];
    const auto n = static_cast<double>(tensor.values.size());
    std::size_t most = 0;
    for (const auto& [value, times] : count) most = std::max(most, times);
    const auto* quant = std::get_if<quant_op>(&node.op);
    const std::size_t levels = quant != nullptr ? std::size_t{1} << quant->bits : 2;
    result.push_back({node.name, count.size(), levels, static_cast<double>(most) / n,
                      static_cast<double>(count.rbegin()->second) / n});
  });
  return result;
}

}  // namespace

TEST_CASE("the descriptions have the shapes of the papers") {
  const auto shapes_of = [](const network& net) { return infer_shapes(net); };
  const network mobilenet = mobilenet_v1_cifar10(network_options{.calibration_images = 0});
  CHECK(shapes_of(mobilenet).at("Conv_0_output") == shape{1, 32, 16, 16});
  CHECK(shapes_of(mobilenet).at("Conv_26_output") == shape{1, 1024, 2, 2});
  CHECK(shapes_of(mobilenet).at("AveragePool_0_output") == shape{1, 1024, 1, 1});
  CHECK(shapes_of(mobilenet).at("output") == shape{1, 10});
  const network resnet = resnet18_cifar10(network_options{.calibration_images = 0});
  CHECK(nodes_of<conv_op>(resnet).size() == 20);
  CHECK(shapes_of(resnet).at("Conv_0_output") == shape{1, 64, 32, 32});
  CHECK(shapes_of(resnet).at("Conv_19_output") == shape{1, 512, 4, 4});
  CHECK(shapes_of(resnet).at("output") == shape{1, 10});
  CHECK(shapes_of(espcn({.image_height = 20, .image_width = 31, .calibration_images = 0})).at("output") ==
        shape{1, 3, 60, 93});
  const network u = unet({.image_height = 24, .image_width = 16, .calibration_images = 0});
  CHECK(nodes_of<max_pool_op>(u).size() == 3);
  CHECK(nodes_of<upsample_op>(u).size() == 4);
  CHECK(shapes_of(u).at("output") == shape{1, 3, 72, 48});
  CHECK(shapes_of(cnv(network_options{.calibration_images = 0})).at("Flatten_0_output") == shape{1, 256});
  CHECK(shapes_of(cnv(network_options{.calibration_images = 0})).at("output") == shape{1, 10});
}

TEST_CASE("calibrated networks are finite, and their quantizers use their levels") {
  for (const described_network& described : all_descriptions()) {
    CAPTURE(described.name);
    const network net = described.make(calibrated());
    const float_tensor y = evaluate(net, generated_images(net.input_shape, 3, 77));
    CHECK(std::all_of(y.values.begin(), y.values.end(), [](float v) { return std::isfinite(v); }));
    CHECK(std::set<float>(y.values.begin(), y.values.end()).size() > 10);
    for (const spread& quantizer : spreads(net)) {
      CAPTURE(quantizer.node);
      CAPTURE(quantizer.levels);
      CHECK(5 * quantizer.levels >= quantizer.of);
      CHECK(quantizer.commonest < 0.75);
      CHECK(quantizer.at_greatest < 0.25);
    }
  }
}

TEST_CASE("without calibration no quantizer is stuck at one level either") {
  for (const described_network& described : all_descriptions()) {
    CAPTURE(described.name);
    for (const spread& quantizer : spreads(described.make(small_options()))) {
      CAPTURE(quantizer.node);
      CHECK(quantizer.levels > 1);
      CHECK(quantizer.commonest < 0.97);
    }
  }
}

TEST_CASE("few bits are used, too") {
  network_options options = calibrated();
  for (const int bits : {1, 2}) {
    options.weight_bits = options.activation_bits = bits;
    CAPTURE(bits);
    for (const auto make : {mobilenet_v1_cifar10, espcn, cnv})
      for (const spread& quantizer : spreads(make(options))) {
        CAPTURE(quantizer.node);
        CHECK(2 * quantizer.levels >= std::min<std::size_t>(quantizer.of, 4));
        CHECK(quantizer.commonest < 0.9);
      }
  }
}

TEST_CASE("calibration sets each channel's mean and variance on the images") {
  network net = cnv(small_options());
  const float_tensor images = generated_images(net.input_shape, 4, 5);
  calibrate_batch_norms(net, images);
  std::map<std::string, float_tensor> seen;
  evaluate(net, images, [&](const std::string& name, const float_tensor& tensor) { seen[name] = tensor; });
  const network_node& norm = *nodes_of<batch_norm_op>(net).at(3);
  const auto& op = std::get<batch_norm_op>(norm.op);
  const float_tensor& y = seen.at(norm.output);
  const std::size_t channels = static_cast<std::size_t>(y.shape[1]);
  const std::size_t positions = static_cast<std::size_t>(y.shape[2] * y.shape[3]);
  for (std::size_t c = 0; c < channels; ++c) {
    double sum = 0, squares = 0;
    for (std::size_t f = 0; f < 4; ++f)
      for (std::size_t p = 0; p < positions; ++p) {
        const double v = double{y.values[(f * channels + c) * positions + p]} - double{op.bias.values[c]};
        sum += v;
        squares += v * v;
      }
    const double n = static_cast<double>(4 * positions), scale = double{op.scale.values[c]};
    CHECK(std::abs(sum / n) < 1e-3);
    CHECK(squares / n < 1.001 * scale * scale);
    CHECK(squares / n > 0.5 * scale * scale);
  }
}

TEST_CASE("generated images lie in [0, 1], differ, and repeat") {
  const float_tensor a = generated_images({1, 3, 20, 12}, 2, 1);
  CHECK(a.shape == shape{2, 3, 20, 12});
  CHECK(a.values.size() == 2 * 3 * 20 * 12);
  CHECK(*std::min_element(a.values.begin(), a.values.end()) >= 0);
  CHECK(*std::max_element(a.values.begin(), a.values.end()) <= 1);
  CHECK(a == generated_images({1, 3, 20, 12}, 2, 1));
  CHECK(a.values != generated_images({1, 3, 20, 12}, 2, 2).values);
  CHECK_FALSE(std::equal(a.values.begin(), a.values.begin() + 720, a.values.begin() + 720));
}

TEST_CASE("a description survives its file") {
  const temporary_directory folder;
  for (const described_network& described : all_descriptions()) {
    CAPTURE(described.name);
    const network net = described.make(calibrated());
    const std::filesystem::path path = folder.file("net.onnx");
    write_qonnx(net, path);
    const network back = read_qonnx(path);
    CHECK(back.constants == net.constants);
    CHECK(back.metadata == net.metadata);
    const float_tensor images = generated_images(net.input_shape, 2, 9);
    CHECK(evaluate(back, images) == evaluate(net, images));
  }
}

TEST_CASE("ESPCN is the network of QONNX's file, but for the weights") {
  const std::filesystem::path path =
      std::filesystem::path(SPILLWAY_SOURCE_DIR) / "../shared/data/espcn_nn_resize_quant.onnx";
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: " << path.string() << " is not there");
    return;
  }
  const network theirs = read_qonnx(path),
                ours = espcn({.image_height = 128, .image_width = 128, .calibration_images = 0});
  REQUIRE(ours.nodes.size() == theirs.nodes.size());
  const auto our_shapes = infer_shapes(ours), their_shapes = infer_shapes(theirs);
  const auto in_order = [](const network& net) {
    std::vector<const network_node*> result;  // activations; weights' quantizers may stand anywhere before their use
    for (const network_node& node : net.nodes)
      if (!net.constants.contains(node.inputs[0])) result.push_back(&node);
    return result;
  };
  const auto our_nodes = in_order(ours), their_nodes = in_order(theirs);
  REQUIRE(our_nodes.size() == their_nodes.size());
  bool enlarged = false;
  for (std::size_t i = 0; i < our_nodes.size(); ++i) {
    CAPTURE(our_nodes[i]->name);
    CHECK(our_nodes[i]->op.index() == their_nodes[i]->op.index());
    CHECK(our_nodes[i]->inputs.size() == their_nodes[i]->inputs.size());
    if (std::holds_alternative<upsample_op>(our_nodes[i]->op)) enlarged = true;  // by 3, and by 2
    if (!enlarged) CHECK(our_shapes.at(our_nodes[i]->output) == their_shapes.at(their_nodes[i]->output));
    const auto *our_quant = std::get_if<quant_op>(&our_nodes[i]->op),
               *their_quant = std::get_if<quant_op>(&their_nodes[i]->op);
    if (our_quant != nullptr && their_quant != nullptr) CHECK(our_quant->bits == their_quant->bits);
  }
}
