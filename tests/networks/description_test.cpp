// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "spillway/models/paper_networks/network_builder.h"
#include "spillway/models/paper_networks/tfc.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/networks/described.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// At full width calibration would take seconds.
const network_options full_width = {.calibration_images = 0};

/// What a training framework would count: weights, biases, and two parameters a channel of each batch norm.
std::int64_t trainable_parameters(const network& net) {
  std::int64_t result = 0;
  for (const auto& [name, tensor] : net.constants)
    if (name.ends_with("_weights") || name.ends_with("_bias"))
      result += static_cast<std::int64_t>(tensor.values.size());
  for (const network_node* node : nodes_of<batch_norm_op>(net)) {
    const auto& norm = std::get<batch_norm_op>(node->op);
    result += static_cast<std::int64_t>(norm.scale.values.size() + norm.bias.values.size());
  }
  return result;
}

/// Of the weights behind each convolution and matrix product, in order.
std::vector<int> weight_bits(const network& net) {
  std::vector<int> result;
  const auto maker = makers(net);
  for (const network_node& node : net.nodes)
    if (std::holds_alternative<conv_op>(node.op) || std::holds_alternative<gemm_op>(node.op)) {
      const network_op& op = maker.at(node.inputs.at(1))->op;
      const auto* quant = std::get_if<quant_op>(&op);
      result.push_back(quant != nullptr ? quant->bits : 1);
      CHECK((quant != nullptr ? quant->is_signed && quant->narrow : std::holds_alternative<bipolar_quant_op>(op)));
    }
  return result;
}

std::string refusal(network (*make)(const network_options&), const network_options& options) {
  try {
    make(options);
  } catch (const config_error& error) {
    return error.what();
  }
  return "accepted";
}

constexpr std::int64_t conv(std::int64_t out, std::int64_t in, std::int64_t kernel) {
  return out * in * kernel * kernel;
}

}  // namespace

TEST_CASE("ResNet18 for CIFAR10 has its 11,173,962 parameters") {
  CHECK(trainable_parameters(resnet18_cifar10(full_width)) == 11'173'962);
}

TEST_CASE("MobileNetV1 for CIFAR10 has its 3,217,226 parameters") {
  CHECK(trainable_parameters(mobilenet_v1_cifar10(full_width)) == 3'217'226);
}

TEST_CASE("CNV has the 1,542,848 weights of FINN's, and batch norms") {
  CHECK(trainable_parameters(cnv(full_width)) == 1'542'848 + 2 * (2 * 64 + 2 * 128 + 2 * 256 + 2 * 512));
}

TEST_CASE("TFC has the 59,008 weights of FINN's, biases of its classes and batch norms") {
  CHECK(trainable_parameters(tfc(full_width)) == 784 * 64 + 2 * 64 * 64 + 64 * 10 + 10 + 3 * 2 * 64);
}

TEST_CASE("ESPCN has the parameters of its layers") {
  const std::int64_t weights = conv(64, 3, 5) + conv(64, 64, 3) + conv(32, 64, 3) + conv(3, 32, 3);
  CHECK(trainable_parameters(espcn(full_width)) == weights + (64 + 64 + 32 + 3) + 2 * (64 + 64 + 32));
}

TEST_CASE("UNet has the parameters of its layers") {
  std::int64_t expected = conv(64, 3, 3) + conv(64, 64, 3) + 4 * 64;
  for (const std::int64_t c : {128, 256, 512}) expected += conv(c, c / 2, 3) + conv(c, c, 3) + 4 * c;
  for (const std::int64_t c : {256, 128, 64}) expected += conv(c, 2 * c, 3) + 2 * conv(c, c, 3) + 6 * c;
  CHECK(trainable_parameters(unet(full_width)) == expected + conv(3, 64, 3) + 3);
}

TEST_CASE("a width multiplier scales the channels between image and result") {
  const network net = resnet18_cifar10(small_options());
  CHECK(net.constants.at("Conv_0_weights").shape == std::vector<std::int64_t>{8, 3, 3, 3});
  CHECK(net.constants.at("Conv_1_weights").shape == std::vector<std::int64_t>{8, 8, 3, 3});
  CHECK(net.constants.at("Gemm_0_weights").shape == std::vector<std::int64_t>{10, 64});
  network_options narrow = small_options();
  narrow.width_multiplier = 1.0 / 64;
  CHECK(mobilenet_v1_cifar10(narrow).constants.at("Conv_0_weights").shape == std::vector<std::int64_t>{1, 3, 3, 3});
  CHECK(scaled_channels(3, {.width_multiplier = 0.5}) == 2);
  CHECK(scaled_channels(5, {.width_multiplier = 0.25}) == 1);
}

TEST_CASE("the hidden layers have the bits asked for, the first and the last have 8") {
  network_options options = small_options();
  options.weight_bits = 3;
  for (const described_network& described : all_descriptions()) {
    CAPTURE(described.name);
    std::vector<int> bits = weight_bits(described.make(options));
    REQUIRE(bits.size() > 3);
    const int ends = std::string(described.name) == "cnv" ? 3 : 8;
    CHECK(bits.front() == ends);
    CHECK(bits.back() == ends);
    CHECK(std::all_of(bits.begin() + 1, bits.end() - 1, [](int b) { return b == 3; }));
  }
}

TEST_CASE("one bit makes weights and signed activations bipolar") {
  const network net = cnv({.weight_bits = 1, .activation_bits = 1, .calibration_images = 0});
  for (const int bits : weight_bits(net)) CHECK(bits == 1);
  // The image is the only tensor with more: 9 layers' weights, and the activations behind 8 of them.
  CHECK(nodes_of<quant_op>(net).size() == 1);
  CHECK(nodes_of<bipolar_quant_op>(net).size() == 9 + 8);
}

TEST_CASE("the operands of every residual addition are quantized with one scale") {
  const std::pair<network (*)(const network_options&), std::size_t> cases[] = {{resnet18_cifar10, 8}, {unet, 3}};
  for (const auto& [make, additions] : cases) {
    const network net = make(small_options());
    const auto maker = makers(net);
    CHECK(nodes_of<add_op>(net).size() == additions);
    for (const network_node* node : nodes_of<add_op>(net)) {
      const auto* a = std::get_if<quant_op>(&maker.at(node->inputs[0])->op);
      const auto* b = std::get_if<quant_op>(&maker.at(node->inputs[1])->op);
      REQUIRE(a != nullptr);
      REQUIRE(b != nullptr);
      CHECK(a->scale == b->scale);
      CHECK(a->bits == b->bits);
    }
  }
}

TEST_CASE("weights use their levels") {
  for (const int bits : {2, 4, 8}) {
    network_options options = small_options();
    options.weight_bits = bits;
    const network net = resnet18_cifar10(options);
    const auto& quant = std::get<quant_op>(makers(net).at("Quant_Conv_1_weights_output")->op);
    const float_tensor& w = net.constants.at("Conv_1_weights");
    CHECK(quant.scale.shape == std::vector<std::int64_t>{8, 1, 1, 1});
    const std::size_t columns = w.values.size() / 8;
    for (std::size_t row = 0; row < 8; ++row) {
      std::set<int> levels;
      const int top = (1 << (bits - 1)) - 1;
      for (std::size_t i = 0; i < columns; ++i)
        levels.insert(
            std::clamp(static_cast<int>(std::lrint(w.values[row * columns + i] / quant.scale.values[row])), -top, top));
      CHECK(*levels.begin() < 0);
      CHECK(*levels.rbegin() > 0);
      CHECK((levels.contains(top) || levels.contains(-top)));
      CHECK(4 * levels.size() >= 3 * std::min<std::size_t>(columns / 3, static_cast<std::size_t>(2 * top + 1)));
    }
  }
}

TEST_CASE("the same options give the same network, another seed another one") {
  for (const described_network& described : all_descriptions()) {
    CAPTURE(described.name);
    network_options options = small_options();
    const network a = described.make(options), b = described.make(options);
    CHECK(a.constants == b.constants);
    options.seed = 2;
    const network c = described.make(options);
    CHECK(c.constants.size() == a.constants.size());
    CHECK(c.constants != a.constants);
    CHECK(a.metadata.at("spillway.weights") == "generated from seed 1, not trained");
    CHECK(c.metadata.at("spillway.weights") == "generated from seed 2, not trained");
  }
}

TEST_CASE("options that mean nothing are refused") {
  CHECK(refusal(espcn, {.width_multiplier = 0}) == "width_multiplier = 0; right: 0.015625 to 8");
  CHECK(refusal(espcn, {.width_multiplier = std::nan("")}) == "width_multiplier = nan; right: 0.015625 to 8");
  CHECK(refusal(cnv, {.weight_bits = 0}) == "weight_bits = 0; right: 1 to 16");
  CHECK(refusal(cnv, {.activation_bits = 17}) == "activation_bits = 17; right: 1 to 16");
  CHECK(refusal(unet, {.image_height = 20}) == "image_height = 20 is no multiple of 8; nearest: 16, 24");
  CHECK(refusal(unet, {.image_width = 7}) == "image_width = 7 is no multiple of 8; nearest: 8");
  CHECK(refusal(mobilenet_v1_cifar10, {.image_width = 33}) == "image_width = 33 is no multiple of 32; nearest: 32, 64");
  CHECK(refusal(cnv, {.image_height = 12}) == "cnv: the image is too small: a height of 2 where at least 3 is right");
  CHECK(refusal(resnet18_cifar10, {.activation_bits = 1}) ==
        "activation_bits = 1: ResNet18 has sums of signed activations; right: at least 2");
  CHECK(refusal(espcn, {.calibration_images = -1}) == "calibration_images = -1; right: 0 to 1024");
}

TEST_CASE("the generator's numbers are those of its definition") {
  // splitmix64 from 1234567, as published with the generator.
  seeded_random random(1234567);
  CHECK(random.next() == 6457827717110365317u);
  CHECK(random.next() == 3203168211198807973u);
  double sum = 0, squares = 0, greatest = 0;
  constexpr int draws = 100'000;
  for (int i = 0; i < draws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    greatest = std::max(greatest, std::abs(x));
  }
  CHECK(std::abs(sum / draws) < 0.02);
  CHECK(std::abs(squares / draws - 1) < 0.02);
  CHECK(greatest > 3);
  CHECK(greatest < 3.47);
}
