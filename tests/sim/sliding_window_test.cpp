// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/sim/draws.h"
#include "spillway/tests/sim/unit_rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

sliding_window window(std::int64_t height, std::int64_t width, std::int64_t channels, int simd,
                      const window_shape& geometry, window_style style = window_style::serial) {
  return {"swg", signed_type(8), height, width, channels, geometry, style, simd};
}

sliding_window any_window(int most_bits, int most_pixels) {
  sliding_window unit;
  unit.name = "swg";
  unit.type = draw(any_type(most_bits));
  window_shape& g = unit.geometry;
  g.kernel_h = between(1, 4), g.kernel_w = between(1, 4);
  g.stride_h = between(1, between(1, 4)), g.stride_w = between(1, between(1, 4));
  g.dilation_h = between(1, 3), g.dilation_w = between(1, 3);
  unit.height = (g.kernel_h - 1) * g.dilation_h + 1 + between(0, most_pixels);
  unit.width = (g.kernel_w - 1) * g.dilation_w + 1 + between(0, most_pixels);
  unit.channels = between(1, 6);
  unit.simd = static_cast<int>(any_divisor(unit.channels));
  unit.style = draw(rc::gen::element(window_style::serial, window_style::depthwise, window_style::parallel));
  return unit;
}

/// The words of a frame that each beat reads, straight from the definition of the styles.
std::vector<std::vector<std::int64_t>> words_of_beats(const sliding_window& unit) {
  const window_shape& g = unit.geometry;
  std::vector<std::vector<std::int64_t>> beats;
  for (std::int64_t oy = 0; oy < unit.output_height(); ++oy)
    for (std::int64_t ox = 0; ox < unit.output_width(); ++ox) {
      const auto word = [&](std::int64_t kh, std::int64_t kw, std::int64_t fold) {
        const std::int64_t y = oy * g.stride_h + kh * g.dilation_h, x = ox * g.stride_w + kw * g.dilation_w;
        return (y * unit.width + x) * unit.folds() + fold;
      };
      const std::size_t first = beats.size();
      if (unit.style == window_style::serial) {
        for (std::int64_t kh = 0; kh < g.kernel_h; ++kh)
          for (std::int64_t kw = 0; kw < g.kernel_w; ++kw)
            for (std::int64_t fold = 0; fold < unit.folds(); ++fold) beats.push_back({word(kh, kw, fold)});
        continue;
      }
      for (std::int64_t fold = 0; fold < unit.folds(); ++fold) {
        if (unit.style == window_style::parallel) beats.emplace_back();
        for (std::int64_t kh = 0; kh < g.kernel_h; ++kh)
          for (std::int64_t kw = 0; kw < g.kernel_w; ++kw)
            if (unit.style == window_style::parallel)
              beats[first + static_cast<std::size_t>(fold)].push_back(word(kh, kw, fold));
            else
              beats.push_back({word(kh, kw, fold)});
      }
    }
  return beats;
}

/// The contract of docs/units/sliding_window.md, cycle by cycle, with a buffer of any depth: cycles between the last
/// beats of two later frames; 0 if the unit stops for good.
std::int64_t interval_with(const sliding_window& unit, std::int64_t depth) {
  const auto beats = words_of_beats(unit);
  const std::int64_t words = unit.height * unit.width * unit.folds(), count = std::ssize(beats);
  const std::int64_t window = unit.style == window_style::parallel ? 1 : unit.beats_per_window();
  std::vector<std::int64_t> ends;
  std::int64_t written = 0, next = 0, idle = 0;
  for (std::int64_t cycle = 0; std::ssize(ends) < 5 && idle < 2; ++cycle) {
    const std::int64_t frame = next / count * words;
    const std::int64_t oldest = frame + beats[static_cast<std::size_t>(next % count / window * window)].front();
    const bool sends = frame + *std::ranges::max_element(beats[static_cast<std::size_t>(next % count)]) < written;
    const bool takes = written - oldest < depth;
    if (sends && ++next % count == 0) ends.push_back(cycle);
    written += takes ? 1 : 0;
    idle = sends || takes ? 0 : idle + 1;
  }
  return std::ssize(ends) < 5 ? 0 : ends[4] - ends[3];
}

/// How much the random geometries really met.
struct coverage {
  int cases = 0, serial = 0, depthwise = 0, parallel = 0, dilated = 0, strided = 0, folded = 0, reader_bound = 0,
      skipped_words = 0;
};

void count_case(const sliding_window& unit, coverage& seen) {
  const window_shape& g = unit.geometry;
  ++seen.cases;
  ++(unit.style == window_style::serial      ? seen.serial
     : unit.style == window_style::depthwise ? seen.depthwise
                                             : seen.parallel);
  seen.dilated += (g.kernel_h > 1 && g.dilation_h > 1) || (g.kernel_w > 1 && g.dilation_w > 1) ? 1 : 0;
  seen.strided += g.stride_h != g.stride_w ? 1 : 0;
  seen.folded += unit.folds() > 1 ? 1 : 0;
  seen.reader_bound += unit.ports().outputs[0].beats > unit.ports().inputs[0].beats ? 1 : 0;
  seen.skipped_words += g.stride_h > g.kernel_h || g.stride_w > g.kernel_w ? 1 : 0;
}

}  // namespace

TEST_CASE("windows are what their oracle says, with and without stalls") {
  CHECK(property_holds("narrow", 500, [] { check_against_oracle(any_window(9, 6)); }));
  CHECK(property_holds("wide", 60, [] { check_against_oracle(any_window(300, 3)); }));
}

TEST_CASE("the oracle of the sliding window, by hand") {
  const window_shape two_by_two{2, 2, 1, 1, 1, 1, 0, 0, 0, 0};
  sliding_window unit = window(2, 3, 2, 1, two_by_two);
  const std::vector in{integer_tensor::from(unit.type, {12, 1}, {0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51})};
  const auto words = [&] { return evaluate(unit, in)[0].words; };
  CHECK(words() == std::vector<std::int64_t>{0, 1, 10, 11, 30, 31, 40, 41, 10, 11, 20, 21, 40, 41, 50, 51});
  unit.style = window_style::depthwise;
  CHECK(words() == std::vector<std::int64_t>{0, 10, 30, 40, 1, 11, 31, 41, 10, 20, 40, 50, 11, 21, 41, 51});
  unit.style = window_style::parallel;
  CHECK(words() == std::vector<std::int64_t>{0, 10, 30, 40, 1, 11, 31, 41, 10, 20, 40, 50, 11, 21, 41, 51});
  CHECK(evaluate(unit, in)[0].shape == std::vector<std::int64_t>{4, 4});
}

TEST_CASE("frames of any geometry follow each other in exactly cycles_per_frame") {
  coverage seen;
  CHECK(property_holds("intervals", 1000, [&] {
    const sliding_window unit = any_window(4, 9);
    count_case(unit, seen);
    const unit_run run = run_unit(unit, plain_beats(unit.ports(), 5));
    const auto beats = static_cast<std::size_t>(unit.ports().outputs[0].beats);
    for (std::size_t frame = 1; frame < 5; ++frame) {
      const std::vector<std::uint64_t>& taken = run.beat_cycles[0];
      RC_ASSERT(taken[(frame + 1) * beats - 1] - taken[frame * beats - 1] ==
                static_cast<std::uint64_t>(unit.cycles_per_frame()));
    }
  }));
  CHECK(seen.cases == 1000);
  CHECK(seen.serial > 150);
  CHECK(seen.depthwise > 150);
  CHECK(seen.parallel > 150);
  CHECK(seen.dilated > 100);
  CHECK(seen.strided > 100);
  CHECK(seen.folded > 200);
  CHECK(seen.reader_bound > 100);
  CHECK(seen.skipped_words > 100);
}

TEST_CASE("the buffer is as deep as that needs, and a word less is not enough") {
  CHECK(property_holds("depths", 1500, [] {
    const sliding_window unit = any_window(4, 9);
    const std::int64_t depth = unit.buffer_depth();
    RC_ASSERT(interval_with(unit, depth) == unit.cycles_per_frame());
    if (depth > 1) RC_ASSERT(interval_with(unit, depth - 1) != unit.cycles_per_frame());
  }));
}

TEST_CASE("the depth of the buffer in usual cases") {
  const window_shape square{3, 3, 1, 1, 1, 1, 0, 0, 0, 0}, one{1, 1, 1, 1, 1, 1, 0, 0, 0, 0};
  // The last window's two rows and three words, and 59 words of the next frame: its first window has 67, of which the
  // last 8 can still be written while it is read.
  CHECK(window(32, 32, 1, 1, square).buffer_depth() == 67 + 59);
  CHECK(window(32, 32, 64, 16, square).buffer_depth() == 501);
  CHECK(window(32, 32, 64, 16, square, window_style::depthwise).buffer_depth() == 525);
  // Here the input is the slower side: the window without its last word, and 2 for the registered ends.
  CHECK(window(32, 32, 1, 1, square, window_style::parallel).buffer_depth() == 66 + 2);
  CHECK(window(32, 32, 64, 16, square, window_style::parallel).buffer_depth() == 66 * 4 + 2);
  CHECK(window(32, 32, 1, 1, one).buffer_depth() == 2);
}

TEST_CASE("the first frame of windows takes its fill, the others none") {
  const window_shape square{3, 3, 1, 1, 1, 1, 0, 0, 0, 0}, halved{2, 2, 2, 2, 1, 1, 0, 0, 0, 0};
  // Word w is taken in cycle w + 1 and can be sent from w + 2 on. Serial, 4 x 4: the first window's last word is 10,
  // and 27 beats follow it: 10 + 2 + 27, and 2 for the sink. Depthwise with two folds: beat 8 waits for word 20, then
  // 63 follow. Parallel: the last beat waits for the last word.
  for (const unit_timing& row :
       {unit_timing{"serial", window(4, 4, 1, 1, square), 41, 36},
        unit_timing{"depthwise", window(4, 4, 2, 1, square, window_style::depthwise), 87, 72},
        unit_timing{"parallel", window(4, 4, 1, 1, square, window_style::parallel), 19, 16},
        unit_timing{"parallel, 2 folds", window(4, 4, 2, 1, square, window_style::parallel), 35, 32},
        unit_timing{"2 x 2, stride 2", window(4, 4, 1, 1, halved), 21, 16}})
    check_timing(row);
}

TEST_CASE("the sliding window refuses TLAST in the wrong place, naming itself") {
  const sliding_window unit = window(4, 4, 2, 1, {3, 3, 1, 1, 1, 1, 0, 0, 0, 0});
  CHECK(refusal(unit, 2, [](std::uint64_t beat) { return beat % 32 == 31; }) == "");
  CHECK(
      refusal(unit, 2, [](std::uint64_t beat) { return beat % 32 == 30; }).starts_with("unit: TLAST is set in cycle "));
  CHECK(refusal(unit, 2, [](std::uint64_t) { return false; }).starts_with("unit: TLAST is missing in cycle "));
}

TEST_CASE("illegal sliding windows are refused, with what would be right") {
  const auto message = [](auto&& change) {
    sliding_window unit = window(6, 5, 4, 2, {3, 3, 1, 1, 1, 1, 0, 0, 0, 0});
    change(unit);
    return refusal(unit);
  };
  CHECK(message([](sliding_window&) {}) == "");
  CHECK(message([](sliding_window& u) { u.geometry.kernel_h = 6; }) == "");
  CHECK(message([](sliding_window& u) { u.geometry.kernel_h = 7; }) ==
        "unit.geometry.kernel_h = 7 with dilation 1 does not fit into height = 6; nearest: 6");
  CHECK(message([](sliding_window& u) { u.geometry.dilation_w = 3; }) ==
        "unit.geometry.kernel_w = 3 with dilation 3 does not fit into width = 5; nearest: 2");
  CHECK(message([](sliding_window& u) { u.geometry.stride_w = 0; }) == "unit.geometry.stride_w = 0 must be at least 1");
  CHECK(message([](sliding_window& u) { u.simd = 3; }) == "unit.simd = 3 does not divide C = 4; nearest: 2, 4");
  CHECK(message([](sliding_window& u) { u.geometry.left = 1; }) ==
        "unit.geometry has padding 0, 1, 0, 0, but the unit takes none; put a padding unit in front");
}
