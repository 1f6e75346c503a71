// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/window_reader.h"

namespace spillway::detail {

window_reader::window_reader(const sliding_window& window)
    : m_width(window.channels),
      m_vectors(window.output_height() * window.output_width()),
      m_columns(window.output_width()),
      m_row_step(window.geometry.stride_h * window.width * window.channels),
      m_step(window.geometry.stride_w * window.channels),
      m_frame_size(window.height * window.width * window.channels) {
  const window_shape& g = window.geometry;
  for (std::int64_t y = 0; y < g.kernel_h; ++y)
    for (std::int64_t x = 0; x < g.kernel_w; ++x)
      m_offsets.push_back((y * g.dilation_h * window.width + x * g.dilation_w) * window.channels);
}

std::int64_t window_reader::first_element(std::int64_t vector) const {
  if (m_frame_size == 0) return vector * m_width;
  const std::int64_t at = vector % m_vectors;
  return vector / m_vectors * m_frame_size + at / m_columns * m_row_step + at % m_columns * m_step;
}

depthwise_reader::depthwise_reader(std::int64_t channels, std::int64_t taps, std::int64_t lanes)
    : m_windows(channels * taps), m_channels(channels), m_taps(taps), m_lanes(lanes) {}

}  // namespace spillway::detail
