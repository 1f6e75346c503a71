// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn_units/times.h"

#include <doctest/doctest.h>

#include "spillway/resource/hardware.h"
#include "spillway/tests/resource/matrix_unit.h"

// What finn-rtllib's units take otherwise than ours, as it was measured in Verilator.

using namespace spillway;

namespace {

sliding_window window_of(std::int64_t channels, std::int64_t size, std::int64_t kernel, int simd,
                         window_style style = window_style::serial) {
  sliding_window unit;
  unit.name = "window";
  unit.type = unsigned_type(4);
  unit.height = unit.width = size;
  unit.channels = channels;
  unit.geometry.kernel_h = unit.geometry.kernel_w = kernel;
  unit.simd = simd;
  unit.style = style;
  return unit;
}

struct measured_window {
  sliding_window unit;
  std::int64_t ours, theirs;
};

}  // namespace

TEST_CASE("serial windows of finn-rtllib take what was measured") {
  measured_window strided{window_of(4, 8, 3, 2), 162, 184}, dilated{window_of(1, 9, 3, 1), 225, 259};
  strided.unit.geometry.stride_h = strided.unit.geometry.stride_w = 2;
  dilated.unit.geometry.dilation_h = dilated.unit.geometry.dilation_w = 2;
  for (const auto& [unit, ours, theirs] :
       {measured_window{window_of(4, 8, 3, 2), 648, 670}, strided, dilated,
        measured_window{window_of(16, 16, 3, 4), 7056, 7162}, measured_window{window_of(2, 12, 5, 1), 3200, 3258}}) {
    CHECK(unit.cycles_per_frame() == ours);
    CHECK(finn_rtl_cycles(unit) == theirs);
    CHECK(cycles_per_frame(unit, hardware::finn_rtl) == theirs);
    for (const hardware kind : {hardware::spillway, hardware::finn_hls, hardware::finn_formula})
      CHECK(cycles_per_frame(unit, kind) == ours);
    CHECK(finn_rtl_delay(unit) == -1);
    CHECK(has_finn_rtl_times(unit));
  }
}

TEST_CASE("other windows, and a window that its input holds up") {
  const sliding_window parallel = window_of(4, 8, 3, 4, window_style::parallel);
  CHECK(finn_rtl_cycles(parallel) == parallel.cycles_per_frame() + 1);
  CHECK(finn_rtl_delay(parallel) == -2);
  const sliding_window depthwise = window_of(4, 8, 3, 2, window_style::depthwise);
  CHECK(finn_rtl_cycles(depthwise) == depthwise.cycles_per_frame());
  CHECK_FALSE(has_finn_rtl_times(depthwise));
  sliding_window sparse = window_of(4, 8, 2, 1);
  sparse.geometry.stride_h = sparse.geometry.stride_w = 4;
  CHECK(sparse.cycles_per_frame() == 8 * 8 * 4);
  CHECK(finn_rtl_cycles(sparse) == 8 * 8 * 4);
}

TEST_CASE("first frames of matrix units, thresholds and converters come as much later or earlier as was measured") {
  mvau unit = testing::matrix_unit(16);  // 16 channels
  unit.pe = 16;
  unit.simd = 2;
  CHECK(finn_rtl_delay(unit) == 2);
  unit.pe = 4;
  CHECK(finn_rtl_delay(unit) == 4);
  unit.simd = 1;
  CHECK(finn_rtl_delay(unit) == 5);
  unit.simd = 4;
  unit.multipliers = multiplier_style::dsp;
  CHECK(finn_rtl_delay(unit) == 2);
  width_converter converter;
  converter.from = 2;
  converter.to = 8;
  CHECK(finn_rtl_delay(converter) == -2);
  std::swap(converter.from, converter.to);
  CHECK(finn_rtl_delay(converter) == -1);
  thresholding levels;
  levels.output_type = unsigned_type(3);
  levels.thresholds = integer_tensor::zeros(signed_type(8), {4, 7});
  levels.style = threshold_style::binary_search;
  CHECK(finn_rtl_delay(levels) == 3);
  levels.style = threshold_style::parallel;
  CHECK(finn_rtl_delay(levels) == 3 + 3 - 2);
}

TEST_CASE("a dataflow has the delay of its longest path, and names units of which nothing is known") {
  dataflow flow;
  flow.units = {window_of(4, 8, 3, 2)};
  mvau unit = testing::matrix_unit(16);
  unit.name = "products";
  unit.weights = integer_tensor::zeros(signed_type(4), {16, 36});
  unit.simd = 2;
  unit.pe = 16;
  unit.vectors_per_frame = 36;
  flow.units.emplace_back(unit);
  const finn_rtl_times times = finn_rtl_times_of(flow);
  CHECK(times.delay == -1 + 2);
  CHECK(times.as_ours.empty());
  std::get<sliding_window>(flow.units[0]).style = window_style::depthwise;
  CHECK(finn_rtl_times_of(flow).as_ours == std::vector<std::string>{"window"});
}
