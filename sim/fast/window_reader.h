// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/dataflow/units/sliding_window.h"
#include "spillway/sim/fast/value_block.h"

namespace spillway::detail {

/// Where the elements of a unit's input vectors are: behind each other, or in the frames of which a sliding window unit
/// would send the windows. Such a window is read where it stands. A vector is some taps of consecutive elements: one,
/// or one a pixel of the window.
class window_reader {
 public:
  /// Vectors of that many elements, one behind the other.
  explicit window_reader(std::int64_t elements) : m_offsets{0}, m_width(elements), m_vectors(1) {}

  /// The windows of a frame of the unit's input.
  explicit window_reader(const sliding_window& window);

  /// Of the taps, from the vector's first element; and the elements of each.
  std::span<const std::int64_t> offsets() const { return m_offsets; }
  std::int64_t width() const { return m_width; }
  /// Elements of a vector.
  std::int64_t elements() const { return std::ssize(m_offsets) * m_width; }

  /// Where vector `vector`, counted through all frames, begins.
  std::int64_t first_element(std::int64_t vector) const;

  /// The vector's elements, in order.
  template <class Lane>
  void read(const value_block& from, std::int64_t vector, Lane* to) const {
    const std::int64_t first = first_element(vector);
    for (std::size_t tap = 0; tap < m_offsets.size(); ++tap)
      from.load(first + m_offsets[tap], m_width, to + static_cast<std::int64_t>(tap) * m_width);
  }

 private:
  std::vector<std::int64_t> m_offsets;
  std::int64_t m_width;
  std::int64_t m_vectors;                                                    ///< of a frame
  std::int64_t m_columns = 1, m_row_step = 0, m_step = 0, m_frame_size = 0;  ///< in elements; only of windows
};

/// Where the elements of depthwise vectors are, which the units behind it want as [taps, channels]: in the order of a
/// depthwise window, [channels / lanes, taps, lanes], or in frames.
class depthwise_reader {
 public:
  depthwise_reader(std::int64_t channels, std::int64_t taps, std::int64_t lanes);
  explicit depthwise_reader(const sliding_window& window) : m_windows(window), m_in_frames(true) {}

  std::int64_t elements() const { return m_windows.elements(); }

  /// The vector's element of that channel and tap.
  std::int64_t element(std::int64_t vector, std::int64_t channel, std::int64_t tap) const {
    const std::int64_t first = m_windows.first_element(vector);
    if (m_in_frames) return first + m_windows.offsets()[static_cast<std::size_t>(tap)] + channel;
    return first + (channel / m_lanes * m_taps + tap) * m_lanes + channel % m_lanes;
  }

  template <class Lane>
  void read(const value_block& from, std::int64_t vector, Lane* to) const {
    if (m_in_frames || m_lanes == m_channels) return m_windows.read(from, vector, to);
    std::vector<Lane> sent(static_cast<std::size_t>(elements()));
    m_windows.read(from, vector, sent.data());
    const Lane* next = sent.data();
    for (std::int64_t fold = 0; fold < m_channels; fold += m_lanes)
      for (std::int64_t tap = 0; tap < m_taps; ++tap, next += m_lanes)
        std::copy_n(next, m_lanes, to + tap * m_channels + fold);
  }

 private:
  window_reader m_windows;
  bool m_in_frames = false;
  std::int64_t m_channels = 1, m_taps = 1, m_lanes = 1;
};

}  // namespace spillway::detail
