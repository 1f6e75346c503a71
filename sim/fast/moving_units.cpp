// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/moving_units.h"

#include <cstring>
#include <numeric>

namespace spillway::detail {

namespace {

/// Copies `count` elements between blocks of one type.
void copy(const value_block& from, std::int64_t first, value_block& to, std::int64_t place, std::int64_t count) {
  std::memcpy(to.at(place), from.at(first), static_cast<std::size_t>(count * from.element_bytes()));
}

/// A block all of whose elements are `value`.
void fill(value_block& block, std::int64_t value) {
  if (block.elements() == 0) return;
  block.store(0, 1, &value);
  for (std::int64_t done = 1; done < block.elements(); done *= 2)
    copy(block, 0, block, done, std::min(done, block.elements() - done));
}

}  // namespace

void window_mover::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                       std::int64_t frames) const {
  const std::int64_t taps = std::ssize(m_reader.offsets()), channels = m_unit.channels;
  // A depthwise or a parallel window has all taps of some channels together.
  const std::int64_t lanes = m_unit.style == window_style::serial ? channels : m_unit.simd;
  std::int64_t place = 0;
  for (std::int64_t v = 0; v < frames * m_unit.output_height() * m_unit.output_width(); ++v) {
    const std::int64_t first = m_reader.first_element(v);
    for (std::int64_t fold = 0; fold < channels; fold += lanes)
      for (std::int64_t tap = 0; tap < taps; ++tap, place += lanes)
        copy(*inputs[0], first + m_reader.offsets()[static_cast<std::size_t>(tap)] + fold, outputs[0], place, lanes);
  }
}

void padding_mover::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                        std::int64_t frames) const {
  fill(outputs[0], m_unit.value);
  const std::int64_t channels = m_unit.channels, width = m_unit.width;
  const std::int64_t pixels = m_unit.stride_w == 1 ? width : 1;  // side by side at both ends
  for (std::int64_t row = 0; row < frames * m_unit.height; ++row) {
    const std::int64_t frame = row / m_unit.height, y = m_unit.top + row % m_unit.height * m_unit.stride_h;
    const std::int64_t place = (frame * m_unit.output_height() + y) * m_unit.output_width() + m_unit.left;
    for (std::int64_t x = 0; x < width; x += pixels)
      copy(*inputs[0], (row * width + x) * channels, outputs[0], (place + x * m_unit.stride_w) * channels,
           pixels * channels);
  }
}

void crop_mover::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                     std::int64_t frames) const {
  const std::int64_t kept = m_unit.kept_channels;
  std::int64_t place = 0;
  for (std::int64_t frame = 0; frame < frames; ++frame)
    for (std::int64_t y = 0; y < m_unit.output_height(); ++y)
      for (std::int64_t x = 0; x < m_unit.output_width(); ++x, place += kept) {
        const std::int64_t pixel = (frame * m_unit.height + m_unit.top + y) * m_unit.width + m_unit.left + x;
        copy(*inputs[0], pixel * m_unit.channels + m_unit.first_channel, outputs[0], place, kept);
      }
}

void upsample_mover::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                         std::int64_t frames) const {
  const std::int64_t rows = frames * m_unit.height * m_unit.factor_h, columns = m_unit.width * m_unit.factor_w;
  for (std::int64_t y = 0; y < rows; ++y)
    for (std::int64_t x = 0; x < columns; ++x)
      copy(*inputs[0], (y / m_unit.factor_h * m_unit.width + x / m_unit.factor_w) * m_unit.channels, outputs[0],
           (y * columns + x) * m_unit.channels, m_unit.channels);
}

void concat_mover::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                       std::int64_t frames) const {
  std::int64_t place = 0;
  for (std::int64_t vector = 0; vector < frames * m_unit.vectors_per_frame; ++vector)
    for (std::size_t port = 0; port < inputs.size(); ++port) {
      const std::int64_t count = m_unit.channels[port];
      copy(*inputs[port], vector * count, outputs[0], place, count);
      place += count;
    }
}

void split_mover::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                      std::int64_t frames) const {
  std::int64_t first = 0;
  for (std::int64_t vector = 0; vector < frames * m_unit.vectors_per_frame; ++vector)
    for (std::size_t port = 0; port < outputs.size(); ++port) {
      const std::int64_t count = m_unit.channels[port];
      copy(*inputs[0], first, outputs[port], vector * count, count);
      first += count;
    }
}

}  // namespace spillway::detail
