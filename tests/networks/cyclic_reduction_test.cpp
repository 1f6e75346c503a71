// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/cyclic_reduction.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "spillway/explore/fifo_sizing.h"
#include "spillway/models/data/dataset.h"
#include "spillway/models/dataflow/evaluate.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/network/evaluate.h"
#include "spillway/models/network/trained_to_wrap.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/paper_networks/activation_ranges.h"
#include "spillway/models/paper_networks/network_builder.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"
#include "spillway/traces/recorder.h"

using namespace spillway;

namespace {

/// Convolution (8-bit pixels), two convolutions that shall wrap, one dense and one depthwise, a pool, a dense layer
/// that shall wrap, a head.
network described(bool is_signed) {
  network_builder net("reduces", {1, 2, 8, 8}, 5);
  const activation_format hidden = is_signed ? signed_format(4) : relu_format(4);
  const auto block = [&](const std::string& x) { return net.quantize(is_signed ? x : net.relu(x), hidden); };
  std::string x = net.quantize(net.input(), {8, false, false, 1.0F / 255});
  x = block(net.batch_norm(net.conv(x, {6, 8, 3})));
  x = block(net.batch_norm(net.conv(x, {8, 4, 3, 1, 1})));
  x = block(net.batch_norm(net.conv(x, {8, 4, 3, 1, 1, true})));
  x = net.flatten(net.max_pool(x, 2));
  x = block(net.batch_norm(net.linear(x, {12, 4, 1, 1, 0, false, true})));
  return net.finish(net.linear(x, {5, 8}));
}

const std::map<std::string, cyclic_reduction> reductions{{"Conv_1", {8, 2}}, {"Conv_2", {6, 1}}, {"Gemm_0", {9, 5}}};
const std::map<std::string, int> widths{{"MVAU_1", 8}, {"VVAU_0", 6}, {"MVAU_2", 9}};

network with_folds(bool is_signed) {
  network net = described(is_signed);
  for (const auto& [layer, reduction] : reductions) reduce_activation(net, layer, reduction);
  return read_qonnx_bytes(qonnx_bytes(net), "reduces");
}

lowering_options narrow() {
  lowering_options options;
  for (const auto& [unit, bits] : widths)
    options.units[unit].accumulator = accumulator_format{bits, overflow_mode::wrap, limit_scope::final};
  return options;
}

/// The nodes of a chain behind tensor `from` up to tensor `to`, as a network of their own.
network cut(const network& net, const std::string& from, const std::string& to) {
  network part = net;
  part.input = from;
  part.input_shape = infer_shapes(net).at(from);
  part.output = to;
  const auto maker = [&](const std::string& tensor) {
    return std::find_if(part.nodes.begin(), part.nodes.end(), [&](const auto& node) { return node.output == tensor; });
  };
  part.nodes.erase(maker(to) + 1, part.nodes.end());
  // Weights' quantizers stay: they read constants.
  if (from != net.input) {
    const auto last = maker(from) - part.nodes.begin();
    std::int64_t i = 0;
    std::erase_if(part.nodes, [&](const auto& node) { return i++ <= last && !net.constants.contains(node.inputs[0]); });
  }
  return part;
}

const network_node& named(const network& net, const std::string& name) {
  return *std::find_if(net.nodes.begin(), net.nodes.end(), [&](const auto& node) { return node.name == name; });
}

double scale_of_output(const network& net, const std::string& tensor) {
  const auto node =
      std::find_if(net.nodes.begin(), net.nodes.end(), [&](const auto& any) { return any.output == tensor; });
  if (const auto* quant = std::get_if<quant_op>(&node->op)) return quant->scale.values[0];
  return scale_of_output(net, node->inputs[0]);
}

/// c of a sum from its shape alone: odd, of period 2^P, the lower of two lines.
double by_shape(double sum, const cyclic_reduction& reduction) {
  const double range = std::ldexp(1.0, reduction.bits), phase = std::remainder(sum, range);
  const double beyond = static_cast<double>(reduction.slope) * (range / 2 - std::abs(phase));
  return std::copysign(std::min(std::abs(phase), beyond), phase);
}

struct oracle_run {
  float_tensor outputs;
  std::int64_t wrapped = 0, beyond_knee = 0;
};

/// What was trained, from the graph without reductions: sums in double, wrapped and reduced as real numbers.
oracle_run as_trained(const network& net, float_tensor x) {
  oracle_run run;
  std::string at = net.input;
  const auto move_to = [&](const std::string& tensor) {
    const double_tensor y = evaluate_double(cut(net, at, tensor), x);
    x = {y.shape, {y.values.begin(), y.values.end()}};
    at = tensor;
  };
  for (const auto& [layer, reduction] : reductions) {
    const network_node& node = named(net, layer);
    move_to(node.output);
    const auto& weights = std::get<quant_op>(std::find_if(net.nodes.begin(), net.nodes.end(), [&](const auto& any) {
                                               return any.output == node.inputs[1];
                                             })->op);
    const std::size_t channels = weights.scale.values.size(),
                      positions = x.values.size() / static_cast<std::size_t>(x.shape[0]) / channels;
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      const std::size_t c = i / positions % channels;
      const double scale = scale_of_output(net, node.inputs[0]) * static_cast<double>(weights.scale.values[c]);
      const double bias = node.inputs.size() > 2 ? static_cast<double>(net.constants.at(node.inputs[2]).values[c]) : 0;
      const double sum = std::nearbyint((static_cast<double>(x.values[i]) - bias) / scale);
      const double half = std::ldexp(1.0, reduction.bits - 1), c_of_sum = by_shape(sum, reduction);
      run.wrapped += sum < -half || sum >= half ? 1 : 0;
      run.beyond_knee += c_of_sum != std::remainder(sum, 2 * half) ? 1 : 0;
      x.values[i] = static_cast<float>(c_of_sum * scale + bias);
    }
  }
  move_to(net.output);
  run.outputs = std::move(x);
  return run;
}

float_tensor images(const network& net) {
  float_tensor result = generated_images(net.input_shape, 12, 8);
  for (float& x : result.values) x = std::nearbyint(x * 255) / 255.0F;
  return result;
}

std::string reason(network net, const std::string& layer, const cyclic_reduction& reduction) {
  try {
    reduce_activation(net, layer, reduction);
  } catch (const config_error& e) {
    return e.what();
  }
  return "no exception";
}

}  // namespace

TEST_CASE("a reduced sum has the shape of the cyclic activation") {
  for (const std::int64_t slope : {1, 2, 3, 16})
    for (const int bits : {2, 3, 8, 11}) {
      const cyclic_reduction reduction{bits, slope};
      for (std::int64_t sum = -5 << bits; sum <= 5 << bits; ++sum) {
        CAPTURE(sum);
        REQUIRE(static_cast<double>(reduced(sum, reduction)) == by_shape(static_cast<double>(sum), reduction));
      }
    }
}

TEST_CASE("a file with reductions computes in wrapping registers what was trained, in units and in cycles") {
  for (const bool is_signed : {false, true}) {
    CAPTURE(is_signed);
    const network trained = described(is_signed);
    const integer_network net = streamline(with_folds(is_signed));
    const float_tensor x = images(trained);
    const oracle_run expected = as_trained(trained, x);
    CHECK(expected.wrapped > 200);
    CHECK(expected.beyond_knee > expected.wrapped);
    dataflow flow = lower(net, narrow());
    const integer_tensor inputs = quantize_reals(net, x.values);
    fifo_options fifos;
    fifos.goal = fifo_goal::no_deadlock;
    size_fifos(flow, count_frames(flow, inputs), fifos);
    recorder events(0);
    run_options stalls;
    stalls.stalls = {0.2, 0.2, 3};
    const run_result run = run_cycle_engine(flow, inputs, events, stalls);
    CHECK(run.outputs.words == evaluate(flow, inputs).words);
    REQUIRE(run.outputs.size() == static_cast<std::int64_t>(expected.outputs.values.size()));
    for (std::size_t i = 0; i < expected.outputs.values.size(); ++i) {
      const std::size_t c = i % net.output_scale.size();
      const double found =
          static_cast<double>(*run.outputs.at(static_cast<std::int64_t>(i))) * net.output_scale[c] + net.output_bias[c];
      CAPTURE(i);
      CHECK(found == doctest::Approx(static_cast<double>(expected.outputs.values[i])).epsilon(1e-5));
    }
    // Registers that hold every sum are another network.
    CHECK(evaluate(lower(net), inputs).words != run.outputs.words);
  }
}

TEST_CASE("a file says in its metadata that its network was trained to wrap, and at which width") {
  network net = described(false);
  CHECK_FALSE(trained_to_wrap(net));
  net.metadata["spillway.training.accumulator_bits"] = "8";
  CHECK_FALSE(trained_to_wrap(net));
  net.metadata["spillway.training.method"] = "wrapnet";
  CHECK(trained_to_wrap(net) == 8);
  for (const char* bits : {"", "1", "17", "8 ", "8:wrap", "-8", "99999999999999999999"}) {
    net.metadata["spillway.training.accumulator_bits"] = bits;
    CHECK_THROWS_AS(trained_to_wrap(net), input_error);
  }
  net.metadata.erase("spillway.training.accumulator_bits");
  CHECK_THROWS_WITH_AS(trained_to_wrap(net), doctest::Contains("accumulator_bits: nothing; right: the 2 to 16 bits"),
                       input_error);
}

TEST_CASE("a layer that can't be reduced is refused in one line") {
  const network net = described(false);
  CHECK(reason(net, "Conv_1", {1, 2}) == "cyclic_reduction.bits = 1; right: 2 to 16");
  CHECK(reason(net, "Conv_1", {17, 2}) == "cyclic_reduction.bits = 17; right: 2 to 16");
  CHECK(reason(net, "Conv_1", {8, 0}) == "cyclic_reduction.slope = 0; right: 1 to 65536");
  CHECK(reason(net, "Conv_9", {8, 2}) ==
        "Conv_9: can't be reduced: it is no product of quantized weights; right: a Conv or Gemm behind a Quant");
  CHECK(reason(net, "Gemm_1", {8, 2}) == "Gemm_1: can't be reduced: it has no quantizer behind it; right: a Quant");
  network twice = net;
  reduce_activation(twice, "Conv_1", {8, 2});
  CHECK(reason(twice, "Conv_1", {8, 2}) ==
        "Conv_1: can't be reduced: it is read by Conv_1_rising and Conv_1_falling; right: one");
}
