// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "spillway/explore/fifo_sizing.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/paper_networks/cnv.h"
#include "spillway/models/paper_networks/network_builder.h"
#include "spillway/models/streamline/cyclic_reduction.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/rtl/cases.h"

namespace spillway::testing {

namespace {

/// Streams as deep as it takes to come to an end: what the two branches of a fork need.
dataflow sized(dataflow flow) {
  fifo_options options;
  options.goal = fifo_goal::no_deadlock;
  size_fifos(flow, 2, options);
  return flow;
}

void fold(unit_options& unit, int pe, int simd, const accumulator_format& accumulator) {
  unit.pe = pe;
  unit.simd = simd;
  unit.accumulator = accumulator;
}

/// A convolution around which its input goes on, one with a stride, a pool and a classifier; accumulators that wrap or
/// saturate now and then.
dataflow residual_network() {
  network_builder build("residual", {1, 3, 8, 6}, 3);
  const activation_format levels{.bits = 4, .is_signed = false, .scale = 1.0F / 15};
  auto x = build.quantize(build.input(), levels);
  const auto branch =
      build.quantize(build.relu(build.conv(x, {.channels = 3, .bits = 3, .kernel = 3, .padding = 1})), levels);
  x = build.quantize(build.add(branch, x), {.bits = 3, .is_signed = false, .scale = 0.25F});
  x = build.conv_block(x, {.channels = 6, .bits = 4, .kernel = 3, .stride = 2, .padding = 1}, relu_format(3));
  x = build.max_pool(x, 2);
  const integer_network net = streamline(build.finish(build.linear(build.flatten(x), {.channels = 5, .bits = 4})));
  lowering_options options;
  fold(options.units["MVAU_0"], 3, 3, {.bits = 8});
  fold(options.units["MVAU_1"], 2, 1, {.bits = 7, .overflow = overflow_mode::saturate});
  fold(options.units["MVAU_2"], 1, 3, {.bits = 32});
  return sized(lower(net, options));
}

/// A convolution and a dense layer whose sums wrap and are reduced, with unsigned levels behind the one and signed ones
/// behind the other, and a classifier.
integer_network reduced_network() {
  network_builder build("reduced", {1, 2, 5, 5}, 3);
  auto x = build.quantize(build.input(), {.bits = 4, .is_signed = false, .scale = 1.0F / 15});
  x = build.conv_block(x, {.channels = 3, .bits = 4, .kernel = 3}, relu_format(3));
  x = build.linear(build.flatten(x), {.channels = 6, .bits = 4, .bias = true});
  x = build.quantize(build.batch_norm(x), signed_format(3));
  network net = build.finish(build.linear(x, {.channels = 4, .bits = 4}));
  reduce_activation(net, "Conv_0", {.bits = 8, .slope = 1});
  reduce_activation(net, "Gemm_0", {.bits = 7, .slope = 2});
  return streamline(net);
}

dataflow small_cnv() {
  network_options sizes{.weight_bits = 2, .activation_bits = 2};
  sizes.width_multiplier = 1.0 / 32;
  sizes.calibration_images = 1;
  lowering_options options;
  options.defaults.pe = options.defaults.simd = 1;
  return lower(streamline(cnv(sizes)), options);
}

}  // namespace

dataflow reduced_accelerator(overflow_mode overflow) {
  lowering_options options;
  fold(options.units["MVAU_0"], 3, 2, {.bits = 8, .overflow = overflow, .scope = limit_scope::final});
  fold(options.units["MVAU_1"], 2, 3, {.bits = 7, .overflow = overflow, .scope = limit_scope::final});
  fold(options.units["MVAU_2"], 1, 2, {.bits = 32});
  return sized(lower(reduced_network(), options));
}

std::vector<conformance_case> network_cases() {
  std::vector<conformance_case> all;
  all.push_back(random_case("network", "residual convolutions", residual_network(), 3));
  all.push_back(random_case("network", "reduced, wrapping", reduced_accelerator(overflow_mode::wrap), 4));
  all.push_back(random_case("network", "reduced, saturating", reduced_accelerator(overflow_mode::saturate), 4));
  all.push_back(random_case("network", "CNV, a 32nd of its channels, 32x32", small_cnv(), 1));
  conformance_case queued = all.front();
  queued.kind = "network, queues";
  queued.outputs = output_style::queue;
  all.push_back(std::move(queued));
  return all;
}

}  // namespace spillway::testing
