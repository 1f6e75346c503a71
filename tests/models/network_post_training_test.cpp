// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/post_train_network.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/network/evaluate.h"
#include "spillway/models/network/linear_export.h"
#include "spillway/models/paper_networks/network_builder.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

/// Convolutions with padding, strides and one group a channel, and a product of each kind at the end.
network image_network() {
  network_builder build("post", {1, 2, 6, 6}, 7);
  const activation_format levels = relu_format(3);
  auto x = build.quantize(build.input(), signed_format(4));
  x = build.conv_block(x, {.channels = 6, .bits = 4, .kernel = 3, .padding = 1}, levels);
  x = build.conv_block(x, {.channels = 6, .bits = 5, .kernel = 3, .depthwise = true}, levels);
  x = build.conv_block(x, {.channels = 4, .bits = 5, .kernel = 2, .stride = 2}, levels);
  return build.finish(build.linear(build.flatten(x), {.channels = 3, .bits = 6}));
}

float_tensor images(std::int64_t count, const network& net) {
  std::mt19937_64 bits(71);
  std::normal_distribution<float> normal(0, 1);
  float_tensor result{net.input_shape, {}};
  result.shape[0] = count;
  std::int64_t size = 1;
  for (const std::int64_t dimension : result.shape) size *= dimension;
  for (std::int64_t i = 0; i < size; ++i) result.values.push_back(normal(bits));
  return result;
}

std::vector<const network_node*> products(const network& net) {
  std::vector<const network_node*> result;
  for (const network_node& node : net.nodes)
    if (std::holds_alternative<conv_op>(node.op) || std::holds_alternative<gemm_op>(node.op) ||
        std::holds_alternative<matmul_op>(node.op))
      result.push_back(&node);
  return result;
}

/// The matrix product at the end as MatMul, with a Transpose behind its Quant.
network with_transpose(network net) {
  for (std::size_t i = 0; i < net.nodes.size(); ++i) {
    if (!std::holds_alternative<gemm_op>(net.nodes[i].op)) continue;
    const std::string weights = net.nodes[i].inputs[1];
    net.nodes[i].op = matmul_op{};
    net.nodes[i].inputs = {net.nodes[i].inputs[0], "weights_transposed"};
    net.nodes.insert(net.nodes.begin() + static_cast<std::ptrdiff_t>(i),
                     {"Transpose_weights", transpose_op{{1, 0}}, {weights}, "weights_transposed"});
    return net;
  }
  return net;
}

}  // namespace

TEST_CASE("a layer's inputs times its weights are its outputs") {
  for (const network& net : {image_network(), with_transpose(image_network())}) {
    std::vector<skipped_layer> skipped;
    const std::vector<file_layer> layers = file_layers(net, skipped);
    CHECK(skipped.empty());
    REQUIRE(layers.size() == 4);
    CHECK(layers[1].groups == 6);
    const float_tensor frames = images(2, net);
    std::map<std::string, float_tensor> tensors;
    evaluate(net, frames, [&](const std::string& name, const float_tensor& tensor) { tensors[name] = tensor; });
    for (const file_layer& layer : layers) {
      CAPTURE(layer.name);
      const float_tensor& output = tensors.at(net.nodes[layer.product].output);
      const std::int64_t positions = static_cast<std::int64_t>(output.values.size()) / (2 * layer.rows);
      for (std::int64_t group = 0; group < layer.groups; ++group) {
        const auto x = layer_inputs(net, layer, tensors.at(layer.input), group, 1000);
        REQUIRE(static_cast<std::int64_t>(x.size()) == 2 * positions * layer.columns);
        for (std::int64_t row = group * layer.rows_of_group(); row < (group + 1) * layer.rows_of_group(); ++row)
          for (std::int64_t sample = 0; sample < 2 * positions; ++sample) {
            double sum = 0;
            for (std::int64_t k = 0; k < layer.columns; ++k)
              sum += static_cast<double>(x[static_cast<std::size_t>(sample * layer.columns + k)]) *
                     static_cast<double>(layer.weights[static_cast<std::size_t>(row * layer.columns + k)]) *
                     static_cast<double>(layer.scale[static_cast<std::size_t>(row)]);
            const std::int64_t at = (sample / positions * layer.rows + row) * positions + sample % positions;
            REQUIRE(sum ==
                    doctest::Approx(static_cast<double>(output.values[static_cast<std::size_t>(at)])).epsilon(1e-4));
          }
      }
    }
  }
}

TEST_CASE("a layer that is written as it was read changes nothing") {
  for (const network& net : {image_network(), with_transpose(image_network())}) {
    std::vector<skipped_layer> skipped;
    network copy = net;
    for (const file_layer& layer : file_layers(net, skipped)) write_layer(copy, layer);
    const float_tensor frames = images(3, net);
    CHECK(evaluate(copy, frames) == evaluate(net, frames));
    const integer_network a = streamline(net), b = streamline(copy);
    REQUIRE(matrix_layers(a).size() == matrix_layers(b).size());
    for (std::size_t i = 0; i < matrix_layers(a).size(); ++i)
      CHECK(matrix_layers(a)[i]->weights.words == matrix_layers(b)[i]->weights.words);
  }
}

TEST_CASE("a network is made to fit, claims what is proven, and at a wide accumulator stays as it was") {
  for (const network& net : {image_network(), with_transpose(image_network())}) {
    const float_tensor frames = images(40, net);
    post_training_options options;
    options.accumulator_bits = 20;
    const fitted_network same = post_train(net, frames, options);
    CHECK(evaluate(same.net, frames) == evaluate(net, frames));
    for (const layer_outcome& layer : same.layers) CHECK(layer.relative_error < 1e-3);
    for (const auto method :
         {post_training_method::naive, post_training_method::two_sided, post_training_method::greedy}) {
      options = {method, 8};
      options.search_scale = true;
      const fitted_network narrow = post_train(net, frames, options);
      REQUIRE(narrow.layers.size() == 4);
      for (const layer_outcome& layer : narrow.layers) {
        CHECK(layer.minimal_bits <= 8);
        CHECK(layer.relative_error > 0);
        CHECK(narrow.net.metadata.at(accumulator_key(layer.name)) == "8");
      }
      CHECK(evaluate(narrow.net, frames) != evaluate(net, frames));
    }
  }
}

TEST_CASE("a corrected bias leaves each channel's mean as it was") {
  const network net = image_network();
  const float_tensor frames = images(30, net);
  for (const bool corrects : {false, true}) {
    post_training_options options;
    options.accumulator_bits = 7;
    options.correct_bias = corrects;
    const fitted_network fitted = post_train(net, frames, options);
    const auto means = [&](const network& of, const std::string& tensor_name) {
      std::vector<double> result;
      evaluate(of, frames, [&](const std::string& name, const float_tensor& tensor) {
        if (name != tensor_name) return;
        const std::int64_t channels = tensor.shape[1], positions = tensor.shape[2] * tensor.shape[3];
        result.resize(static_cast<std::size_t>(channels));
        for (std::size_t i = 0; i < tensor.values.size(); ++i)
          result[i / static_cast<std::size_t>(positions) % result.size()] +=
              static_cast<double>(tensor.values[i]) / static_cast<double>(30 * positions);
      });
      return result;
    };
    double greatest = 0;
    for (const network_node& node : net.nodes) {
      if (!std::holds_alternative<batch_norm_op>(node.op)) continue;
      const std::vector<double> before = means(net, node.output), after = means(fitted.net, node.output);
      for (std::size_t c = 0; c < before.size(); ++c) greatest = std::max(greatest, std::abs(before[c] - after[c]));
    }
    CHECK((greatest < 1e-4) == corrects);
  }
}

TEST_CASE("layers can be left alone, tiles are certified, and names are checked") {
  const network net = image_network();
  const float_tensor frames = images(20, net);
  post_training_options options;
  options.accumulator_bits = 8;
  const std::string first = products(net).front()->name;
  const fitted_network kept = post_train(net, frames, options, {first});
  CHECK(kept.layers.size() == 3);
  CHECK_FALSE(kept.net.metadata.contains(accumulator_key(first)));
  CHECK_THROWS_AS(post_train(net, frames, options, {"nobody"}), config_error);
  CHECK_THROWS_AS(post_train(net, float_tensor{}, options), config_error);
  // Tiles of 6 channels: rows of a convolution's window, in the hardware's order. The last layer is flattened, so that
  // its columns have another order there.
  const std::string last = products(net).back()->name;
  options.tiled = tiled_format{6, 6, 9};
  const fitted_network tiled = post_train(net, frames, options, {last});
  CHECK(tiled.layers.size() == 3);
  for (const layer_outcome& layer : tiled.layers) {
    CHECK(layer.minimal_inner_bits <= 6);
    CHECK(layer.minimal_bits <= 9);
    CHECK(tiled.net.metadata.at(accumulator_key(layer.name)) == "9");
    CHECK(tiled.net.metadata.at(tiled_accumulator_key(layer.name)) == "6x6:9");
  }
}

TEST_CASE("PTM claims the exact least width of what was trained") {
  const network net = image_network();
  const fitted_network minimal = minimize_accumulators(net);
  REQUIRE(minimal.layers.size() == 4);
  const integer_network integers = streamline(minimal.net);
  for (const integer_layer* layer : matrix_layers(integers)) {
    REQUIRE(layer->claimed_bits.has_value());
    bool all_hold = true, one_less_holds = true;
    for (const channel_certificate& channel : certify(layer->weights, layer->input_type)) {
      all_hold = all_hold && channel.holds(*layer->claimed_bits);
      one_less_holds = one_less_holds && channel.holds(*layer->claimed_bits - 1);
    }
    CHECK(all_hold);
    CHECK_FALSE(one_less_holds);
  }
  CHECK(evaluate(minimal.net, images(2, net)) == evaluate(net, images(2, net)));
}

TEST_CASE("bipolar weights are left as they are, and said to be") {
  network_builder build("signs", {1, 8}, 3);
  auto x = build.quantize(build.input(), signed_format(3));
  x = build.quantize(build.linear(x, {.channels = 5, .bits = 1}), signed_format(3));
  const network net = build.finish(build.linear(x, {.channels = 3, .bits = 4}));
  post_training_options options;
  options.accumulator_bits = 6;
  const fitted_network fitted = post_train(net, images(10, net), options);
  CHECK(fitted.layers.size() == 1);
  REQUIRE(fitted.skipped.size() == 1);
  CHECK(fitted.skipped[0].reason == "its weights are bipolar, and can't become 0");
}
