// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include "spillway/models/dataflow/units/sliding_window.h"

// How deep the line buffer has to be. A word may be written over once no window still to come needs it; the unit frees
// words a window at a time (a beat at a time where windows are parallel), so that the oldest word needed is a counter.

namespace spillway {

namespace {

/// The window in which a row (column) is needed first, and its place there.
struct first_use {
  std::int64_t window = -1, element = 0;  ///< -1: in none
};

std::vector<first_use> first_uses(std::int64_t size, std::int64_t outputs, std::int64_t kernel, std::int64_t stride,
                                  std::int64_t dilation) {
  std::vector<first_use> uses(static_cast<std::size_t>(size));
  for (std::int64_t window = outputs - 1; window >= 0; --window)
    for (std::int64_t k = 0; k < kernel; ++k)
      uses[static_cast<std::size_t>(window * stride + k * dilation)] = {window, k};
  return uses;
}

/// The schedule of a unit that reads in every cycle: beat i of frame f in cycle f * beats + i.
class reader_bound {
 public:
  explicit reader_bound(const sliding_window& unit)
      : m_unit(unit),
        m_rows(first_uses(unit.height, unit.output_height(), unit.geometry.kernel_h, unit.geometry.stride_h,
                          unit.geometry.dilation_h)),
        m_columns(first_uses(unit.width, unit.output_width(), unit.geometry.kernel_w, unit.geometry.stride_w,
                             unit.geometry.dilation_w)) {}

  /// Every word is written as late as its first reading allows, one a cycle. The bounds of a word lie within the
  /// following frame, since no frame has more words than beats.
  std::int64_t depth() const {
    const std::int64_t words = m_unit.height * m_unit.width * m_unit.folds();
    std::int64_t deepest = 1, next = std::numeric_limits<std::int64_t>::max();
    for (std::int64_t word = 2 * words - 1; word >= 0; --word) {
      const std::int64_t read = first_read(word % words);
      next = std::min(next - 1, read < 0 ? next : word / words * m_unit.cycles_per_frame() + read - 1);
      if (word < words) deepest = std::max(deepest, word + 1 - oldest(next));
    }
    return deepest;
  }

 private:
  /// The beat of its frame that reads a word first; -1 if none does.
  std::int64_t first_read(std::int64_t word) const {
    const std::int64_t folds = m_unit.folds(), fold = word % folds, pixel = word / folds;
    const first_use& row = m_rows[static_cast<std::size_t>(pixel / m_unit.width)];
    const first_use& column = m_columns[static_cast<std::size_t>(pixel % m_unit.width)];
    if (row.window < 0 || column.window < 0) return -1;
    const std::int64_t kernel_w = m_unit.geometry.kernel_w, element = row.element * kernel_w + column.element;
    const std::int64_t place = m_unit.style == window_style::serial
                                   ? element * folds + fold
                                   : fold * m_unit.geometry.kernel_h * kernel_w + element;
    return (row.window * m_unit.output_width() + column.window) * m_unit.beats_per_window() + place;
  }

  /// The oldest word that is needed when a cycle begins, counted from frame 0 (the frame before it is negative).
  std::int64_t oldest(std::int64_t cycle) const {
    const std::int64_t beats = m_unit.cycles_per_frame();
    const std::int64_t frame = cycle < 0 ? (cycle + 1) / beats - 1 : cycle / beats;
    const std::int64_t window = (cycle - frame * beats) / m_unit.beats_per_window();
    const std::int64_t y = window / m_unit.output_width() * m_unit.geometry.stride_h;
    const std::int64_t x = window % m_unit.output_width() * m_unit.geometry.stride_w;
    return ((frame * m_unit.height + y) * m_unit.width + x) * m_unit.folds();
  }

  const sliding_window& m_unit;
  std::vector<first_use> m_rows, m_columns;
};

/// The unit takes a word in every cycle, and sends each beat as soon as it can: in the second frame this repeats.
std::int64_t depth_if_writer_bound(const sliding_window& unit) {
  const window_shape& g = unit.geometry;
  const std::int64_t folds = unit.folds(), words = unit.height * unit.width * folds;
  const std::int64_t beats = unit.beats_per_window(), columns = unit.output_width();
  const std::int64_t windows = unit.output_height() * columns;
  std::int64_t window = 0, beat = 0, first = 0, deepest = 1;
  const auto last_word = [&] {  // that the next beat needs
    if (unit.style == window_style::parallel)
      return first + ((g.kernel_h - 1) * g.dilation_h * unit.width + (g.kernel_w - 1) * g.dilation_w) * folds + beat;
    const bool is_serial = unit.style == window_style::serial;
    const std::int64_t elements = g.kernel_h * g.kernel_w;
    const std::int64_t k = is_serial ? beat / folds : beat % elements;
    const std::int64_t fold = is_serial ? beat % folds : beat / elements;
    return first + (k / g.kernel_w * g.dilation_h * unit.width + k % g.kernel_w * g.dilation_w) * folds + fold;
  };
  for (std::int64_t cycle = 0; cycle < 2 * words; ++cycle) {
    const std::int64_t oldest = first + (unit.style == window_style::parallel ? beat : 0);
    if (cycle >= words) deepest = std::max(deepest, cycle + 1 - oldest);
    if (last_word() >= cycle || ++beat < beats) continue;
    beat = 0;
    ++window;
    const std::int64_t at = window % windows;
    const std::int64_t row = window / windows * unit.height + at / columns * g.stride_h;
    first = (row * unit.width + at % columns * g.stride_w) * folds;
  }
  return deepest;
}

std::int64_t computed_depth(const sliding_window& unit) {
  const std::int64_t words = unit.height * unit.width * unit.folds();
  const std::int64_t beats = unit.output_height() * unit.output_width() * unit.beats_per_window();
  return beats > words ? reader_bound(unit).depth() : depth_if_writer_bound(unit);
}

/// What a depth depends on.
using window_key = std::array<std::int64_t, 10>;

window_key key_of(const sliding_window& unit) {
  const window_shape& g = unit.geometry;
  return {unit.height,  unit.width,  unit.folds(), static_cast<std::int64_t>(unit.style),
          g.kernel_h,   g.kernel_w,  g.stride_h,   g.stride_w,
          g.dilation_h, g.dilation_w};
}

}  // namespace

std::int64_t sliding_window::buffer_depth() const {
  // A search asks for the same windows again and again.
  constexpr std::size_t most = 10000;
  static std::mutex guard;
  static std::map<window_key, std::int64_t> known;
  const window_key key = key_of(*this);
  {
    const std::lock_guard lock(guard);
    if (const auto found = known.find(key); found != known.end()) return found->second;
  }
  const std::int64_t depth = computed_depth(*this);
  const std::lock_guard lock(guard);
  if (known.size() >= most) known.clear();
  known[key] = depth;
  return depth;
}

}  // namespace spillway
