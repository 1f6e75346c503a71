// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_sliding_window.sv and spillway_parallel_window.sv. Constants have the names that they
// have there.
#include <algorithm>
#include <array>

#include "spillway/models/dataflow/units/lut_ram.h"
#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

/// Loops from the innermost on: rounds, and words that a round goes on by.
struct window_loops {
  std::array<std::int64_t, 5> count{};
  std::array<std::int64_t, 6> words{};

  explicit window_loops(const sliding_window& unit) {
    const window_shape& g = unit.geometry;
    const std::int64_t folds = unit.folds();
    const std::int64_t element_w = g.dilation_w * folds, element_h = g.dilation_h * unit.width * folds;
    const std::int64_t tail_w = g.stride_w * folds, tail_h = g.stride_h * unit.width * folds;
    const std::int64_t frame = unit.height * unit.width * folds;
    if (unit.style == window_style::depthwise) {
      count = {g.kernel_w, g.kernel_h, folds, unit.output_width(), unit.output_height()};
      words = {element_w, element_h, 1, tail_w, tail_h, frame};
    } else {
      count = {folds, g.kernel_w, g.kernel_h, unit.output_width(), unit.output_height()};
      words = {1, element_w, element_h, tail_w, tail_h, frame};
    }
  }

  /// From the last word of loops 0 to i - 1 back to their first.
  std::int64_t back(std::size_t i) const {
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < i; ++k) sum += (count[k] - 1) * words[k];
    return sum;
  }
};

/// Counters of the loops from `first` on. Where a frame ends with the step of a row its counter does not matter, and
/// where a row ends with the step of a window neither does that of columns: synthesis leaves them out.
resources counters_of(const window_loops& loops, std::size_t first) {
  const std::int64_t freed_4 = loops.words[4] - (loops.count[3] - 1) * loops.words[3];
  const std::int64_t freed_5 = loops.words[5] - loops.back(5) + loops.back(3);
  std::size_t last = loops.count.size();
  if (freed_4 == freed_5) --last;
  if (freed_4 == freed_5 && loops.words[3] == freed_4) --last;
  resources r;
  for (std::size_t loop = first; loop < last; ++loop) r += rounds_rule(loops.count[loop]);
  return r;
}

unit_estimate of_ring(const sliding_window& unit) {
  const window_loops loops(unit);
  const std::int64_t bits = std::int64_t{unit.simd} * unit.type.bits, depth = unit.buffer_depth();
  const std::int64_t freed_4 = loops.words[4] - (loops.count[3] - 1) * loops.words[3];
  const std::int64_t freed_5 =
      loops.words[5] - (loops.count[3] - 1) * loops.words[3] - (loops.count[4] - 1) * loops.words[4];
  const std::int64_t furthest = std::max({loops.words[3], freed_4, freed_5});
  const std::int64_t span = ceil_log2(depth + furthest + 1) + 1, place = address_bits(depth);
  const bool in_luts = is_cheaper_in_luts(depth, bits);
  resources distance;
  distance.ff = as_double(2 * span);
  distance.luts = as_double(4 * span);
  add_chains(distance, span, 2);
  resources places;
  places.ff = as_double(2 * place);
  places.luts = as_double(4 * place);
  add_chains(places, place, 3);
  unit_estimate result;
  result.parts = {{part::memory, "ring", "LUT RAM or block RAM of SIMD * B bits", ram_rule(bits, depth, in_luts)},
                  {part::control, "loop counters", "by bits of five loops", counters_of(loops, 0)},
                  {part::control, "distances", "an adder each behind constants: ahead and free", distance},
                  {part::control, "places", "an adder modulo the depth, a counter", places},
                  {part::control, "handshake", "4", only_luts(4)}};
  return result;
}

unit_estimate of_chain(const sliding_window& unit) {
  const window_loops loops(unit);
  const window_shape& g = unit.geometry;
  const std::int64_t bits = std::int64_t{unit.simd} * unit.type.bits, folds = unit.folds();
  const std::int64_t element_w = g.dilation_w * folds, element_h = g.dilation_h * unit.width * folds;
  const std::int64_t last = (g.kernel_h - 1) * element_h + (g.kernel_w - 1) * element_w;
  const std::int64_t row_back = (loops.count[3] - 1) * loops.words[3];
  const std::int64_t column_back = (loops.count[4] - 1) * loops.words[4];
  const std::int64_t step_3 = loops.words[3] - (folds - 1), step_4 = loops.words[4] - row_back - (folds - 1);
  const std::int64_t step_5 = loops.words[5] - row_back - column_back - (folds - 1);
  const std::int64_t need_bits = ceil_log2(std::max({step_3, step_4, step_5, last + 1}) + 1);

  resources taps = delay_rule(bits, 1);
  for (std::int64_t k = 0; k + 1 < g.kernel_h * g.kernel_w; ++k)
    taps += delay_rule(bits, (k + 1) % g.kernel_w != 0 ? element_w : element_h - (g.kernel_w - 1) * element_w);
  resources entry = only_luts(as_double(bits));
  entry.ff = as_double(bits) + 1;
  resources need = only_luts(as_double(need_bits));
  need.ff = as_double(need_bits);
  add_chains(need, need_bits);
  unit_estimate result;
  result.parts = {
      {part::memory, "taps", "delays from word to word: SRL, LUT RAM or block RAM", taps},
      {part::memory, "entry", "a word, and a multiplexer a bit", entry},
      {part::control, "loop counters", "by bits of three loops", rounds_rule(folds) + counters_of(loops, 3)},
      {part::control, "need", "an adder behind constants", need},
      {part::control, "handshake", "4, and what enables the taps", only_luts(fitted_costs::parallel_window_luts)}};
  return result;
}

}  // namespace

unit_estimate estimate(const sliding_window& unit) {
  return unit.style == window_style::parallel ? of_chain(unit) : of_ring(unit);
}

}  // namespace spillway
