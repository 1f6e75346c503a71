// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/described_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "spillway/models/support/seeded_random.h"

namespace spillway {

namespace {

/// Weights of a type, any values of another that lies within; `zeros` of 100 are zero.
integer_tensor random_weights(integer_type type, integer_type values, std::vector<std::int64_t> shape,
                              std::int64_t zeros, seeded_random& random) {
  integer_tensor result = integer_tensor::zeros(type, std::move(shape));
  for (std::int64_t& word : result.words) {
    const bool is_zero = !type.is_bipolar && random.below(100) < zeros;
    const std::int64_t low = values.min64(), high = values.max64();
    const std::int64_t any = type.is_bipolar ? 2 * random.below(2) - 1 : low + random.below(high - low + 1);
    word = is_zero ? 0 : any;
  }
  return result;
}

/// Rows of thresholds that ascend, spread over a signed register.
integer_tensor random_thresholds(std::int64_t rows, std::int64_t steps, int bits, seeded_random& random) {
  integer_tensor result = integer_tensor::zeros(signed_type(bits), {rows, steps});
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int64_t* first = result.at(row * steps);
    for (std::int64_t t = 0; t < steps; ++t)
      first[t] = random.below(std::int64_t{1} << bits) - (std::int64_t{1} << (bits - 1));
    std::sort(first, first + steps);
  }
  return result;
}

/// Thresholds at distances of their own, as those of a quantizer that follows are.
integer_tensor even_thresholds(std::int64_t rows, std::int64_t steps, int bits, seeded_random& random) {
  integer_tensor result = integer_tensor::zeros(signed_type(bits), {rows, steps});
  const std::int64_t most = std::max<std::int64_t>(1, (std::int64_t{1} << (bits - 3)) / steps);
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t distance = 1 + random.below(most), first = -random.below(1 + steps * distance / 2);
    for (std::int64_t t = 0; t < steps; ++t) *result.at(row * steps + t) = first + t * distance;
  }
  return result;
}

multiplier_style multipliers_of(point_keys& from) {
  const std::string style = from.text("multipliers", "lut");
  if (style == "lut") return multiplier_style::lut;
  if (style == "dsp") return multiplier_style::dsp;
  throw input_error(fmt::format("multipliers = {}; right: lut or dsp", style));
}

integer_tensor thresholds_of(point_keys& from, std::int64_t rows, std::int64_t steps, int bits, seeded_random& random) {
  const bool is_even = from.text("levels", "random") == "even";
  return is_even ? even_thresholds(rows, steps, bits, random) : random_thresholds(rows, steps, bits, random);
}

/// What units with accumulators share; `rows` x `columns` weights.
template <class Unit>
Unit dot_products(point_keys& from, std::int64_t rows, std::int64_t columns) {
  Unit unit;
  seeded_random random(static_cast<std::uint64_t>(from.number("seed", 1)));
  unit.input_type = from.type("input", "UINT4");
  const std::string weight = from.text("weight", "INT4");
  unit.weights = random_weights(parse_integer_type(weight), from.type("values", weight), {rows, columns},
                                from.number("zeros", 0), random);
  unit.accumulator = parse_accumulator_format(from.text("accumulator", "16"));
  unit.output_type = signed_type(unit.accumulator.bits);
  unit.vectors_per_frame = from.number("vectors", 1);
  unit.weight_memory = from.memory();
  unit.multipliers = multipliers_of(from);
  unit.pe = from.small("pe", 1);
  unit.simd = from.small("simd", 1);
  if (const std::string output = from.text("output", ""); !output.empty()) {
    unit.output_type = parse_integer_type(output);
    const std::int64_t steps = unit.output_type.max64() - unit.output_type.min64();
    unit.thresholds = thresholds_of(from, rows, steps, unit.accumulator.bits, random);
    unit.output_offset = unit.output_type.min64();
  }
  return unit;
}

dataflow_unit mvau_of(point_keys& from) {
  auto unit = dot_products<mvau>(from, from.number("mh"), from.number("mw"));
  unit.xnor_popcount = from.number("xnor", 0) != 0;
  return unit;
}

dataflow_unit vvau_of(point_keys& from) {
  return dot_products<vvau>(from, from.number("channels"), from.number("window"));
}

dataflow_unit thresholding_of(point_keys& from) {
  thresholding unit;
  seeded_random random(static_cast<std::uint64_t>(from.number("seed", 1)));
  unit.input_type = from.type("input", "INT16");
  unit.output_type = from.type("output", "UINT4");
  unit.channels = from.number("channels");
  unit.pe = from.small("pe", 1);
  unit.vectors_per_frame = from.number("vectors", 1);
  unit.memory = from.memory();
  const std::int64_t steps = unit.output_type.max64() - unit.output_type.min64();
  const std::int64_t rows = from.number("per_tensor", 0) != 0 ? 1 : unit.channels;
  unit.thresholds = thresholds_of(from, rows, steps, unit.input_type.bits, random);
  unit.output_offset = unit.output_type.min64();
  unit.style =
      from.text("style", "parallel") == "binary_search" ? threshold_style::binary_search : threshold_style::parallel;
  return unit;
}

/// Units that take frames of height x width x channels.
template <class Unit>
Unit on_frames(point_keys& from) {
  Unit unit;
  unit.type = from.type("input", "UINT4");
  unit.height = from.number("height");
  unit.width = from.number("width", unit.height);
  unit.channels = from.number("channels");
  return unit;
}

dataflow_unit sliding_window_of(point_keys& from) {
  auto unit = on_frames<sliding_window>(from);
  unit.geometry.kernel_h = from.number("kernel");
  unit.geometry.kernel_w = from.number("kernel_w", unit.geometry.kernel_h);
  unit.geometry.stride_h = from.number("stride", 1);
  unit.geometry.stride_w = from.number("stride_w", unit.geometry.stride_h);
  unit.geometry.dilation_h = from.number("dilation", 1);
  unit.geometry.dilation_w = from.number("dilation_w", unit.geometry.dilation_h);
  unit.simd = from.small("simd", 1);
  const std::string style = from.text("style", "serial");
  unit.style = style == "parallel"    ? window_style::parallel
               : style == "depthwise" ? window_style::depthwise
                                      : window_style::serial;
  return unit;
}

dataflow_unit padding_of(point_keys& from) {
  auto unit = on_frames<padding>(from);
  unit.top = unit.left = unit.bottom = unit.right = from.number("border", 1);
  unit.bottom = from.number("bottom", unit.bottom);
  unit.right = from.number("right", unit.right);
  unit.stride_h = unit.stride_w = from.number("stride", 1);
  unit.value = from.number("value", 0);
  unit.simd = from.small("simd", 1);
  return unit;
}

dataflow_unit upsample_of(point_keys& from) {
  auto unit = on_frames<upsample>(from);
  unit.factor_h = from.number("factor", 2);
  unit.factor_w = from.number("factor_w", unit.factor_h);
  unit.pe = from.small("pe", 1);
  return unit;
}

dataflow_unit pool_of(point_keys& from) {
  pool unit;
  unit.input_type = from.type("input", "UINT4");
  unit.output_type = from.type("output", "UINT4");
  unit.kind = from.text("function", "max") == "sum" ? pool_kind::sum : pool_kind::max;
  unit.channels = from.number("channels");
  unit.window = from.number("window");
  unit.shift = from.small("shift", 0);
  unit.pe = from.small("pe", 1);
  unit.vectors_per_frame = from.number("vectors", 1);
  return unit;
}

dataflow_unit global_accumulate_of(point_keys& from) {
  global_accumulate unit;
  unit.input_type = from.type("input", "UINT4");
  unit.output_type = from.type("output", "UINT10");
  unit.channels = from.number("channels");
  unit.positions = from.number("positions");
  unit.pe = from.small("pe", 1);
  return unit;
}

dataflow_unit add_streams_of(point_keys& from) {
  add_streams unit;
  unit.a_type = from.type("input", "UINT4");
  unit.b_type = from.type("input_b", "UINT4");
  unit.output_type = from.type("output", "UINT5");
  unit.channels = from.number("channels");
  unit.pe = from.small("pe", 1);
  unit.vectors_per_frame = from.number("vectors", 1);
  unit.a_factor = from.number("factor", 1);
  unit.b_factor = from.number("factor_b", 1);
  return unit;
}

dataflow_unit duplicate_streams_of(point_keys& from) {
  duplicate_streams unit;
  unit.type = from.type("input", "UINT4");
  unit.channels = from.number("channels");
  unit.pe = from.small("pe", 1);
  unit.copies = from.small("copies", 2);
  unit.vectors_per_frame = from.number("vectors", 1);
  return unit;
}

/// Units that join streams of some channels each, or deal them out.
template <class Unit>
dataflow_unit by_turns(point_keys& from) {
  Unit unit;
  unit.type = from.type("input", "UINT4");
  unit.channels = from.list("channels");
  unit.pe = from.small("pe", 1);
  unit.vectors_per_frame = from.number("vectors", 1);
  return unit;
}

dataflow_unit width_converter_of(point_keys& from) {
  width_converter unit;
  unit.type = from.type("input", "UINT4");
  unit.from = from.small("from", 1);
  unit.to = from.small("to", 1);
  unit.elements = from.number("elements");
  return unit;
}

dataflow_unit label_select_of(point_keys& from) {
  label_select unit;
  unit.input_type = from.type("input", "INT16");
  unit.output_type = from.type("output", "UINT4");
  unit.labels = from.number("labels");
  unit.k = from.number("k", 1);
  unit.pe = from.small("pe", 1);
  return unit;
}

dataflow_unit crop_of(point_keys& from) {
  crop unit;
  unit.type = from.type("input", "UINT4");
  unit.height = from.number("height");
  unit.width = from.number("width");
  unit.channels = from.number("channels");
  unit.top = from.number("top", 0);
  unit.left = from.number("left", 0);
  unit.bottom = from.number("bottom", 0);
  unit.right = from.number("right", 0);
  unit.first_channel = from.number("first_channel", 0);
  unit.kept_channels = from.number("kept_channels", unit.channels);
  unit.simd = from.small("simd", 1);
  return unit;
}

using maker = dataflow_unit (*)(point_keys&);
const std::map<std::string, maker>& makers() {
  static const std::map<std::string, maker> known{{"mvau", mvau_of},
                                                  {"vvau", vvau_of},
                                                  {"thresholding", thresholding_of},
                                                  {"sliding_window", sliding_window_of},
                                                  {"padding", padding_of},
                                                  {"upsample", upsample_of},
                                                  {"pool", pool_of},
                                                  {"global_accumulate", global_accumulate_of},
                                                  {"add_streams", add_streams_of},
                                                  {"duplicate_streams", duplicate_streams_of},
                                                  {"concat_streams", by_turns<concat_streams>},
                                                  {"split_stream", by_turns<split_stream>},
                                                  {"crop", crop_of},
                                                  {"width_converter", width_converter_of},
                                                  {"label_select", label_select_of}};
  return known;
}

}  // namespace

dataflow_unit described_unit(point_keys& from, const std::string& kind) {
  const auto make = makers().find(kind);
  if (make == makers().end()) throw input_error(fmt::format("unit = {} is not a kind of unit", kind));
  return make->second(from);
}

}  // namespace spillway
