// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <numeric>

#include "spillway/tests/rtl/cases.h"

namespace spillway::testing {

namespace {

using cases = std::vector<conformance_case>;

/// Splits a stream and joins it again; the last branch is `depth` beats deep.
dataflow split_and_join(integer_type type, const std::vector<std::int64_t>& channels, int pe, std::int64_t vectors,
                        int depth) {
  dataflow flow{
      "split_and_join",
      {split_stream{"Split", type, channels, pe, vectors}, concat_streams{"Join", type, channels, pe, vectors}},
      2,
      {}};
  flow.streams.push_back({dataflow_stream::outside, 0, 0, 0});
  for (int port = 0; port < static_cast<int>(channels.size()); ++port)
    flow.streams.push_back({0, port, 1, port, port + 1 == static_cast<int>(channels.size()) ? depth : 2});
  flow.streams.push_back({1, 0, dataflow_stream::outside, 0});
  return flow;
}

/// Splits a stream into outputs of their own, the last part first.
dataflow split_into_outputs(integer_type type, const std::vector<std::int64_t>& channels, int pe,
                            std::int64_t vectors) {
  dataflow flow{"split_into_outputs", {split_stream{"Split", type, channels, pe, vectors}}, 2, {}};
  flow.streams.push_back({dataflow_stream::outside, 0, 0, 0});
  const auto count = static_cast<int>(channels.size());
  for (int port = 0; port < count; ++port) {
    flow.streams.push_back({0, port, dataflow_stream::outside, count - 1 - port});
    flow.outputs.push_back(fmt::format("part {}", port / 2));  // names that are one in Verilog
  }
  return flow;
}

/// Copies a stream and puts the copies one behind the other: all but the first wait.
dataflow copy_and_join(integer_type type, std::int64_t channels, int pe, std::int64_t vectors, int copies) {
  const std::vector<std::int64_t> each(static_cast<std::size_t>(copies), channels);
  dataflow flow{
      "copy_and_join",
      {duplicate_streams{"Copy", type, channels, pe, vectors, copies}, concat_streams{"Join", type, each, pe, vectors}},
      2,
      {}};
  flow.streams.push_back({dataflow_stream::outside, 0, 0, 0});
  for (int port = 0; port < copies; ++port)
    flow.streams.push_back({0, port, 1, port, 2 + static_cast<int>(channels / pe)});
  flow.streams.push_back({1, 0, dataflow_stream::outside, 0});
  return flow;
}

void add_converters(cases& all) {
  const auto add = [&](integer_type type, int from, int to, std::int64_t beats) {
    const std::int64_t elements = std::lcm(from, to) * beats;
    all.push_back(random_case("width converter", fmt::format("{} to {} x {}", from, to, to_string(type)),
                              chain({width_converter{"Converter", type, from, to, elements}})));
  };
  add(unsigned_type(3), 1, 4, 5);
  add(signed_type(5), 4, 1, 5);
  add(unsigned_type(2), 3, 2, 7);
  add(unsigned_type(1), 2, 3, 7);
  add(bipolar_type(), 7, 5, 3);
  add(signed_type(4), 4, 6, 5);
  add(signed_type(9), 10, 4, 5);
  add(unsigned_type(70), 3, 3, 5);
  add(unsigned_type(2), 16, 1, 3);
  add(unsigned_type(2), 1, 12, 3);
  add(unsigned_type(4), 8, 12, 3);
}

void add_upsamples(cases& all) {
  const auto add = [&](upsample unit) {
    all.push_back(random_case("upsample",
                              fmt::format("{}x{}x{} x {} by {}, {}, PE {}", unit.height, unit.width, unit.channels,
                                          to_string(unit.type), unit.factor_h, unit.factor_w, unit.pe),
                              chain({unit})));
  };
  add({"Up", unsigned_type(4), 3, 5, 6, 2, 2, 2});
  add({"Up", signed_type(3), 2, 3, 1, 1, 3, 1});
  add({"Up", signed_type(3), 2, 3, 4, 3, 1, 1});
  add({"Up", bipolar_type(), 4, 1, 3, 2, 2, 3});
  add({"Up", unsigned_type(8), 1, 1, 1, 2, 3, 1});
  add({"Up", unsigned_type(36), 2, 150, 4, 2, 2, 1});  // 600 words: block RAM
}

void add_paddings(cases& all) {
  const auto add = [&](padding unit) {
    all.push_back(random_case("padding",
                              fmt::format("{}x{}x{} x {}, borders {} {} {} {}, strides {} {}, SIMD {}", unit.height,
                                          unit.width, unit.channels, to_string(unit.type), unit.top, unit.left,
                                          unit.bottom, unit.right, unit.stride_h, unit.stride_w, unit.simd),
                              chain({unit})));
  };
  add({"Pad", unsigned_type(4), 4, 5, 6, 1, 1, 1, 1, 1, 1, 0, 2});
  add({"Pad", signed_type(5), 3, 3, 2, 0, 2, 1, 0, 1, 1, -16, 1});
  add({"Pad", signed_type(3), 3, 4, 2, 1, 0, 0, 2, 2, 3, 3, 2});
  add({"Pad", bipolar_type(), 2, 5, 3, 2, 1, 0, 1, 1, 1, -1, 3});
  add({"Pad", bipolar_type(), 2, 2, 1, 0, 1, 1, 0, 2, 1, 1, 1});
  add({"Pad", unsigned_type(8), 1, 1, 1, 1, 0, 2, 0, 1, 1, 255, 1});
  add({"Pad", unsigned_type(2), 2, 3, 4, 0, 0, 0, 0, 1, 1, 0, 4});
  add({"Pad", signed_type(70), 2, 2, 1, 1, 1, 1, 1, 1, 1, -5, 1});
}

void add_crops(cases& all) {
  const auto add = [&](crop unit) {
    all.push_back(
        random_case("crop",
                    fmt::format("{}x{}x{} x {}, borders {} {} {} {}, channels {} from {}, SIMD {}", unit.height,
                                unit.width, unit.channels, to_string(unit.type), unit.top, unit.left, unit.bottom,
                                unit.right, unit.kept_channels, unit.first_channel, unit.simd),
                    chain({unit})));
  };
  add({"Crop", unsigned_type(4), 4, 5, 6, 1, 1, 1, 1, 2, 2, 2});
  add({"Crop", signed_type(5), 3, 3, 2, 0, 2, 2, 0, 0, 2, 1});
  add({"Crop", bipolar_type(), 1, 4, 3, 0, 0, 0, 3, 1, 1, 1});
  add({"Crop", unsigned_type(8), 1, 1, 4, 0, 0, 0, 0, 0, 2, 2});
  add({"Crop", signed_type(70), 2, 2, 2, 1, 1, 0, 0, 1, 1, 1});
  add({"Crop", unsigned_type(3), 2, 3, 4, 0, 0, 0, 0, 0, 4, 4});
}

}  // namespace

std::vector<conformance_case> routing_cases() {
  cases all;
  for (const int depth : {2, 3, 5, 9, 32, 33, 70, 256, 257, 300})
    all.push_back(random_case("stream", fmt::format("depth {}", depth),
                              chain({duplicate_streams{"Pass", unsigned_type(7), 12, 1, 9, 1}}, depth)));
  for (const auto& [copies, pe] : {std::pair{2, 2}, std::pair{3, 1}, std::pair{1, 6}})
    all.push_back(random_case("duplicate", fmt::format("{} copies, PE {}", copies, pe),
                              copy_and_join(signed_type(5), 6, pe, 7, copies)));
  all.push_back(random_case("split, concat", "2, 4 channels, PE 2", split_and_join(unsigned_type(3), {2, 4}, 2, 9, 2)));
  all.push_back(
      random_case("split, concat", "3, 1, 5 channels, PE 1", split_and_join(signed_type(6), {3, 1, 5}, 1, 5, 4)));
  all.push_back(
      random_case("split, outputs", "2, 4 channels, PE 2", split_into_outputs(unsigned_type(3), {2, 4}, 2, 9)));
  all.push_back(
      random_case("split, outputs", "3, 1, 5 channels, PE 1", split_into_outputs(signed_type(6), {3, 1, 5}, 1, 5)));
  all.push_back(random_case("split, concat", "4 channels, PE 4", split_and_join(bipolar_type(), {4}, 4, 5, 2)));
  add_converters(all);
  add_upsamples(all);
  add_paddings(all);
  add_crops(all);
  return all;
}

}  // namespace spillway::testing
