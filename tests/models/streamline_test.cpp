// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/streamline.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "spillway/models/network/linear_export.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/rational.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/random_network.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// The integers that a real input becomes, by the definition in models/integer_network/integer_network.h.
integer_tensor quantized(const integer_network& net, const std::vector<float>& x) {
  const input_quantizer& q = net.input;
  std::vector<std::int64_t> levels;
  for (const float value : x) {
    if (q.type.is_bipolar)
      levels.push_back(value >= 0 ? 1 : -1);
    else
      levels.push_back(std::clamp(std::llrint(static_cast<double>(value) / q.scale + static_cast<double>(q.zero_point)),
                                  static_cast<long long>(q.low), static_cast<long long>(q.high)));
  }
  const std::int64_t columns = matrix_layers(net).front()->columns();
  const auto frames = static_cast<std::int64_t>(x.size()) / columns;
  return integer_tensor::from(q.type, {frames, columns}, levels);
}

/// The file's real outputs, from the integers.
std::vector<double> outputs(const integer_network& net, const std::vector<float>& x) {
  const integer_tensor y = evaluate(net, quantized(net, x));
  std::vector<double> result;
  const auto rows = static_cast<std::size_t>(y.shape[1]);
  for (std::size_t i = 0; i < y.words.size(); ++i)
    result.push_back(static_cast<double>(y.words[i]) * net.output_scale[i % rows] + net.output_bias[i % rows]);
  return result;
}

linear_export one_layer(integer_tensor weights, std::vector<float> scale) {
  linear_export file;
  file.input_type = unsigned_type(4);
  file.layers.push_back({"fc", std::move(weights), std::move(scale), {}, {}, {}});
  return file;
}

/// Puts `op` with a constant operand behind the network's output.
void append(network& net, network_op op, const float_tensor& operand) {
  const std::string name = "extra" + std::to_string(net.nodes.size());
  net.constants[name + "_operand"] = operand;
  net.nodes.push_back({name, std::move(op), {net.output, name + "_operand"}, name});
  net.output = name;
}

quant_op quantizer(float scale, int bits, bool is_signed) {
  return {{{}, {scale}}, {{}, {0}}, bits, is_signed, false, rounding_mode::round};
}

}  // namespace

TEST_CASE("the integer network computes what the file computes, exactly, on thousands of random networks") {
  int layers = 0, thresholds = 0, negated = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const network net = random_network(seed);
    const integer_network integers = streamline(net);
    std::mt19937 random(seed);
    std::vector<float> x(8 * static_cast<std::size_t>(matrix_layers(integers)[0]->columns()));
    // Sixteenths of a step meet the input quantizer's ties, too.
    for (float& value : x) value = static_cast<float>(static_cast<int>(random() % 513) - 256) / 16;
    const float_tensor y = evaluate(net, {{static_cast<std::int64_t>(x.size())}, x});
    const std::vector<double> exact_y = outputs(integers, x);
    REQUIRE(exact_y.size() == y.values.size());
    for (std::size_t i = 0; i < exact_y.size(); ++i) {
      CAPTURE(seed);
      CAPTURE(i);
      REQUIRE(exact_y[i] == static_cast<double>(y.values[i]));
    }
    layers += static_cast<int>(matrix_layers(integers).size());
    for (const integer_layer* layer : matrix_layers(integers)) thresholds += layer->thresholds ? 1 : 0;
    for (const double scale : integers.output_scale) negated += scale <= 0 ? 1 : 0;
  }
  CHECK(layers > 5000);
  CHECK(thresholds > 3000);
  CHECK(negated == 0);
}

TEST_CASE("weights come back as the integers that they were") {
  const auto weights = integer_tensor::from(signed_type(8), {2, 3}, {127, -127, 0, 1, -1, 64});
  const integer_network net = streamline(make_linear_network(one_layer(weights, {0.1F, 0.0123F})));
  REQUIRE(matrix_layers(net).size() == 1);
  CHECK(matrix_layers(net)[0]->name == "fc");
  CHECK(matrix_layers(net)[0]->weights == weights);
  CHECK_FALSE(matrix_layers(net)[0]->thresholds);
  CHECK(net.input.type == unsigned_type(4));
  CHECK(net.input.high == 15);
  CHECK(net.output_scale == std::vector<double>{static_cast<double>(0.1F), static_cast<double>(0.0123F)});
  CHECK(net.output_bias == std::vector<double>{0, 0});
}

TEST_CASE("the report says how far the file's weights are from integers") {
  network net = make_linear_network(one_layer(integer_tensor::from(signed_type(4), {1, 3}, {1, -2, 7}), {0.5F}));
  streamline_report report;
  streamline(net, &report);
  REQUIRE(report.layers.size() == 1);
  CHECK(report.layers[0].name == "fc");
  CHECK(report.layers[0].largest_residual == 0);
  CHECK(report.layers[0].clamped == 0);
  net.constants.at("fc_weights").values = {0.5F + 0.125F, -1, 20};
  const integer_network rounded = streamline(net, &report);
  CHECK(matrix_layers(rounded)[0]->weights.words == std::vector<std::int64_t>{1, -2, 7});
  REQUIRE(report.layers.size() == 1);
  CHECK(report.layers[0].largest_residual == 33);
  CHECK(report.layers[0].clamped == 1);
}

TEST_CASE("a factor, a bias and alpha go to the last layer's scale and bias") {
  network net =
      make_linear_network(one_layer(integer_tensor::from(signed_type(4), {2, 2}, {1, 2, 3, 4}), {0.5F, 0.25F}));
  append(net, add_op{}, {{2}, {3, -1}});
  append(net, mul_op{}, {{}, {0.75F}});
  append(net, add_op{}, {{1, 1}, {0.5F}});
  const integer_network integers = streamline(net);
  CHECK(integers.output_scale == std::vector<double>{0.375, 0.1875});
  CHECK(integers.output_bias == std::vector<double>{2.75, -0.25});
}

TEST_CASE("an input's zero point becomes an offset that each row's weights give") {
  network net = make_linear_network(one_layer(integer_tensor::from(signed_type(4), {2, 2}, {1, 2, -3, 4}), {0.5F}));
  std::get<quant_op>(net.nodes[0].op).zero_point.values[0] = 5;
  const integer_network integers = streamline(net);
  CHECK(integers.input.zero_point == 5);
  CHECK(integers.output_bias == std::vector<double>{-7.5, -2.5});
}

TEST_CASE("rows of negative scale are negated, and their weights widen only if they must") {
  const auto negative = [](integer_tensor weights) {
    network net = make_linear_network(one_layer(std::move(weights), {0.5F}));
    append(net, mul_op{}, {{2}, {-1, 2}});
    return streamline(net);
  };
  integer_network net = negative(integer_tensor::from(signed_type(4), {2, 2}, {-7, 7, -8, 1}));
  CHECK(matrix_layers(net)[0]->weights == integer_tensor::from(signed_type(4), {2, 2}, {7, -7, -8, 1}));
  CHECK(net.output_scale == std::vector<double>{0.5, 1});
  net = negative(integer_tensor::from(signed_type(4), {2, 2}, {-8, 7, -8, 1}));
  CHECK(matrix_layers(net)[0]->weights == integer_tensor::from(signed_type(5), {2, 2}, {8, -7, -8, 1}));
  net = negative(integer_tensor::from(unsigned_type(4), {2, 2}, {15, 0, 15, 1}));
  CHECK(matrix_layers(net)[0]->weights == integer_tensor::from(signed_type(5), {2, 2}, {-15, 0, 15, 1}));
  net = negative(integer_tensor::from(bipolar_type(), {2, 2}, {1, -1, 1, 1}));
  CHECK(matrix_layers(net)[0]->weights == integer_tensor::from(bipolar_type(), {2, 2}, {-1, 1, 1, 1}));
}

TEST_CASE("a bipolar activation between layers becomes one unsigned bit") {
  linear_export file = one_layer(integer_tensor::from(signed_type(4), {2, 2}, {1, 2, -3, 4}), {0.5F});
  file.layers[0].activation = activation_quantizer{bipolar_type(), 0.5F};
  file.layers.push_back({"fc2", integer_tensor::from(signed_type(4), {1, 2}, {3, -2}), {1}, {}, {}, {}});
  const integer_network net = streamline(make_linear_network(file));
  CHECK(matrix_layers(net)[0]->output_type == unsigned_type(1));
  CHECK(matrix_layers(net)[0]->output_offset == 0);
  CHECK(matrix_layers(net)[0]->thresholds->words == std::vector<std::int64_t>{0, 0});
  CHECK(matrix_layers(net)[1]->input_type == unsigned_type(1));
  // real = 1 * bit - 0.5, so that the weights give 3 - 2 times -0.5.
  CHECK(net.output_scale == std::vector<double>{1});
  CHECK(net.output_bias == std::vector<double>{-0.5});
}

TEST_CASE("thresholds out of any register's reach stand just outside it") {
  linear_export file = one_layer(integer_tensor::from(signed_type(4), {1, 1}, {1}), {1});
  file.layers[0].bias = {1e6F};
  file.layers[0].activation = activation_quantizer{unsigned_type(2), 1};
  // Sums of 0 to 15 need 5 bits; a register that is narrower holds -16 to 15 at most.
  CHECK(matrix_layers(streamline(make_linear_network(file)))[0]->thresholds->words ==
        std::vector<std::int64_t>{-16, -16, -16});
  file.layers[0].bias = {-1e6F};
  CHECK(matrix_layers(streamline(make_linear_network(file)))[0]->thresholds->words ==
        std::vector<std::int64_t>{16, 16, 16});
}

TEST_CASE("a quantizer at the end gives thresholds and its own scale") {
  network net = make_linear_network(one_layer(integer_tensor::from(signed_type(4), {2, 1}, {1, 2}), {1}));
  quant_op op = quantizer(1, 3, true);
  op.scale = {{1, 2}, {1, 4}};
  op.zero_point = {{2}, {0, 0.5F}};
  net.nodes.push_back({"last", op, {net.output}, "y"});
  net.output = "y";
  const integer_network integers = streamline(net);
  CHECK(matrix_layers(integers)[0]->output_type == signed_type(3));
  CHECK(matrix_layers(integers)[0]->output_offset == -4);
  CHECK(integers.output_scale == std::vector<double>{1, 4});
  CHECK(integers.output_bias == std::vector<double>{0, -2});
}

TEST_CASE("weights of 200 bits keep every bit") {
  network net = make_linear_network(one_layer(integer_tensor::from(signed_type(8), {1, 2}, {1, -1}), {1}));
  for (network_node& node : net.nodes)
    if (node.name == "Quant_fc_weights") {
      auto& quant = std::get<quant_op>(node.op);
      quant.bits = 200;
      quant.scale.values[0] = 0x1p-100F;
    }
  net.constants.at("fc_weights").values = {0x1.000002p20F, -0x1p27F};
  const integer_network integers = streamline(net);
  const integer_tensor& weights = matrix_layers(integers)[0]->weights;
  CHECK(weights.type == signed_type(200));
  CHECK(load({weights.at(0), 4}, weights.type) == (big_int(1) << 120) + (big_int(1) << 97));
  CHECK(load({weights.at(1), 4}, weights.type) == -(big_int(1) << 127));
  net.constants.at("fc_weights").values[1] = -0x1p28F;  // 2^128 of these scales are no float32
  CHECK(message_of<input_error>([&] { streamline(net); }) ==
        "Quant_fc_weights: its result, which constants decide, has a -inf; right: finite numbers");
}

TEST_CASE(
    "weights are rounded as float32 rounds their quotients, and what exact arithmetic rounds otherwise is counted") {
  // A scale whose product with 2.5 is rounded up, but not so far that the float32 quotient is more than 2.5.
  float scale = 0.1F, w = 0;
  do {
    scale = std::nextafter(scale, 1.0F);
    w = 2.5F * scale;
  } while (w / scale != 2.5F || exact(w) <= exact(scale) * rational(5, 2));
  network net = make_linear_network(one_layer(integer_tensor::from(signed_type(4), {1, 3}, {1, 1, 1}), {scale}));
  net.constants.at("fc_weights").values = {w, -w, scale};
  streamline_report report;
  CHECK(matrix_layers(streamline(net, &report))[0]->weights.words == std::vector<std::int64_t>{2, -2, 1});
  REQUIRE(report.assumptions.size() == 1);
  CHECK(report.assumptions[0].what == "weight rounding");
  CHECK(report.assumptions[0].value == "2 of 3");
}

TEST_CASE("a bias that the file computes is what float32 makes of it") {
  network net = make_linear_network(one_layer(integer_tensor::from(signed_type(4), {1, 1}, {1}), {1}));
  net.constants["a"] = {{1}, {0x1p24F}};
  net.constants["b"] = {{1}, {1}};
  net.nodes.push_back({"sum", add_op{}, {"a", "b"}, "ab"});  // 2^24: the 1 is lost
  net.nodes.push_back({"bias", sub_op{}, {"ab", "a"}, "c"});
  net.nodes.push_back({"shifted", add_op{}, {net.output, "c"}, "shifted"});
  net.output = "shifted";
  streamline_report report;
  CHECK(streamline(net, &report).output_bias == std::vector<double>{0});
  REQUIRE(report.assumptions.size() == 1);
  CHECK(report.assumptions[0].where == "c");
  CHECK(report.assumptions[0].value == "1 of 1");
}

TEST_CASE("weights with a zero point have it taken away, in a type that holds them") {
  network net = make_linear_network(one_layer(integer_tensor::from(unsigned_type(4), {1, 2}, {0, 15}), {1}));
  for (network_node& node : net.nodes)
    if (node.name == "Quant_fc_weights") std::get<quant_op>(node.op).zero_point.values[0] = 8;
  net.constants.at("fc_weights").values = {-8, 7};
  const integer_tensor weights = matrix_layers(streamline(net))[0]->weights;
  CHECK(weights == integer_tensor::from(signed_type(4), {1, 2}, {-8, 7}));
}

TEST_CASE("two layers may share their weights") {
  linear_export file = one_layer(integer_tensor::from(signed_type(4), {2, 2}, {1, 2, -3, 4}), {0.5F});
  file.layers[0].activation = activation_quantizer{unsigned_type(4), 1};
  file.layers.push_back(file.layers[0]);
  file.layers[1].name = "fc2";
  network net = make_linear_network(file);
  std::erase_if(net.nodes, [](const network_node& node) { return node.name == "Quant_fc2_weights"; });
  for (network_node& node : net.nodes)
    if (node.name == "fc2") node.inputs[1] = "fc_weights_quantized";
  const integer_network integers = streamline(net);
  CHECK(matrix_layers(integers).at(1)->weights == matrix_layers(integers).at(0)->weights);
}

TEST_CASE("claimed widths are those of the file's metadata") {
  linear_export file = one_layer(integer_tensor::from(signed_type(4), {2, 2}, {1, 2, -3, 4}), {0.5F});
  file.layers[0].claimed_bits = 9;
  file.layers[0].activation = activation_quantizer{unsigned_type(4), 1};
  file.layers.push_back({"fc2", integer_tensor::from(signed_type(4), {1, 2}, {3, -2}), {1}, {}, {}, {}});
  const integer_network net = streamline(make_linear_network(file));
  CHECK(matrix_layers(net)[0]->claimed_bits == 9);
  CHECK_FALSE(matrix_layers(net)[1]->claimed_bits.has_value());
}
