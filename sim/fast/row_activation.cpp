// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/row_activation.h"

#include <algorithm>
#include <array>
#include <limits>

#include "spillway/models/numbers/storage.h"
#include "spillway/sim/fast/clones.h"

namespace spillway::detail {

namespace {

template <class Lane>
[[gnu::always_inline]] inline void count_levels(const Lane* registers, const Lane* thresholds, std::int64_t steps,
                                                std::int64_t rows, Lane* levels) {
  constexpr std::int64_t width = 64 / sizeof(Lane);
  for (std::int64_t row = 0; row < rows; row += width) {
    Lane level[width] = {};
    for (std::int64_t t = 0; t < steps; ++t)
      for (std::int64_t r = 0; r < width; ++r) level[r] += thresholds[t * rows + row + r] <= registers[row + r] ? 1 : 0;
    for (std::int64_t r = 0; r < width; ++r) levels[row + r] += level[r];
  }
}

SPILLWAY_CLONES void count(const std::int32_t* registers, const std::int32_t* thresholds, std::int64_t steps,
                           std::int64_t rows, std::int32_t* levels) {
  count_levels(registers, thresholds, steps, rows, levels);
}

SPILLWAY_CLONES void count(const std::int64_t* registers, const std::int64_t* thresholds, std::int64_t steps,
                           std::int64_t rows, std::int64_t* levels) {
  count_levels(registers, thresholds, steps, rows, levels);
}

template <class Lane>
Lane clamped(const integer_tensor& thresholds, std::int64_t element) {
  if (thresholds.type.fits_int64())
    return static_cast<Lane>(std::clamp<std::int64_t>(*thresholds.at(element), std::numeric_limits<Lane>::min(),
                                                      std::numeric_limits<Lane>::max()));
  const big_int value = load_as<big_int>(thresholds.at(element), thresholds.type);
  return static_cast<Lane>(
      std::clamp<big_int>(value, std::numeric_limits<Lane>::min(), std::numeric_limits<Lane>::max()));
}

}  // namespace

template <class Lane>
row_activation<Lane>::row_activation(const std::optional<integer_tensor>& thresholds, std::int64_t rows,
                                     std::int64_t output_offset)
    : m_rows(rows),
      m_padded_rows((rows + width - 1) / width * width),
      m_offset(output_offset),
      m_enabled(thresholds.has_value()) {
  if (!thresholds) return;
  std::vector<Lane> table;
  for (std::int64_t i = 0; i < thresholds->size(); ++i) table.push_back(clamped<Lane>(*thresholds, i));
  lay_out(table);
}

template <class Lane>
row_activation<Lane>::row_activation(const std::vector<Lane>& thresholds, std::int64_t rows, std::int64_t output_offset)
    : m_rows(rows), m_padded_rows((rows + width - 1) / width * width), m_offset(output_offset), m_enabled(true) {
  lay_out(thresholds);
}

template <class Lane>
void row_activation<Lane>::lay_out(const std::vector<Lane>& thresholds) {
  m_steps = std::ssize(thresholds) / m_rows;
  m_searches = m_steps > most_compared;
  m_thresholds.resize(static_cast<std::size_t>(m_padded_rows * m_steps));
  for (std::int64_t row = 0; row < m_rows; ++row)
    for (std::int64_t t = 0; t < m_steps; ++t)
      m_thresholds[static_cast<std::size_t>(m_searches ? row * m_steps + t : t * m_padded_rows + row)] =
          thresholds[static_cast<std::size_t>(row * m_steps + t)];
}

template <class Lane>
void row_activation<Lane>::search(const Lane* registers, Lane* levels) const {
  for (std::int64_t row = 0; row < m_rows; ++row) {
    const Lane* first = m_thresholds.data() + row * m_steps;
    levels[row] += static_cast<Lane>(std::upper_bound(first, first + m_steps, registers[row]) - first);
  }
}

template <class Lane>
void row_activation<Lane>::write(const Lane* registers, value_block& to, std::int64_t first, std::int64_t rows) const {
  if (!m_enabled) return to.store(first, rows, registers);
  constexpr std::int64_t chunk = 1024;  // rows
  std::array<Lane, chunk> few;
  std::vector<Lane> many(static_cast<std::size_t>(m_padded_rows > chunk ? m_padded_rows : 0));
  Lane* levels = m_padded_rows > chunk ? many.data() : few.data();
  std::fill_n(levels, m_padded_rows, static_cast<Lane>(m_offset));
  if (m_searches)
    search(registers, levels);
  else
    count(registers, m_thresholds.data(), m_steps, m_padded_rows, levels);
  to.store(first, rows, levels);
}

template class row_activation<std::int32_t>;
template class row_activation<std::int64_t>;

}  // namespace spillway::detail
