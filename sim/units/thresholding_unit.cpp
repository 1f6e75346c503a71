// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/thresholding_unit.h"

#include <algorithm>

#include "spillway/sim/units/word_math.h"

namespace spillway {

thresholding_unit::thresholding_unit(sc_core::sc_module_name name, const thresholding& description)
    : streaming_unit(name, validated(description, name).ports()),
      m_input_type(description.input_type),
      m_output_type(description.output_type),
      m_pe(description.pe),
      m_words(std::max(detail::signed_words(m_input_type), detail::signed_words(description.thresholds.type))),
      m_folds(description.channels / description.pe),
      m_steps(description.thresholds.shape[1]),
      m_offset(description.output_offset),
      m_is_shared(description.thresholds.shape[0] == 1),
      m_thresholds(static_cast<std::size_t>(description.thresholds.size() * m_words)),
      m_descending(description.descending),
      m_value(static_cast<std::size_t>(m_words)),
      m_results(description.latency(), 1, std::int64_t{m_pe} * m_output_type.words()) {
  const integer_tensor& thresholds = description.thresholds;
  for (std::int64_t i = 0; i < thresholds.size(); ++i)
    detail::widen(thresholds.at(i), thresholds.type, m_thresholds.data() + i * m_words, m_words);
  m_descending.resize(static_cast<std::size_t>(thresholds.shape[0]));
}

unit::outcome thresholding_unit::tick(std::uint64_t cycle) {
  if (!m_results.move(m_out[0])) return waits(unit_state::blocked);
  if (!m_in[0].can_read()) return m_results.without_input();
  const std::int64_t* beat = m_in[0].front();
  std::int64_t* result = m_results.enter();
  for (int pe = 0; pe < m_pe; ++pe) {
    detail::widen(beat + pe * m_input_type.words(), m_input_type, m_value.data(), m_words);
    const std::int64_t output = m_offset + level(m_is_shared ? 0 : m_fold * m_pe + pe, m_value.data());
    detail::keep_low_bits(&output, 1, m_output_type, result + pe * m_output_type.words());
  }
  m_in[0].take(cycle);
  if (++m_fold == m_folds) m_fold = 0;
  return moved;
}

/// Thresholds of the row that the value has reached: T <= value, or T >= value in a descending row.
std::int64_t thresholding_unit::level(std::int64_t row, const std::int64_t* value) const {
  const std::int64_t* first = m_thresholds.data() + row * m_steps * m_words;
  const bool descending = m_descending[static_cast<std::size_t>(row)];
  std::int64_t low = 0, high = m_steps;  // the first threshold that is > value (descending: >= value)
  while (low < high) {
    const std::int64_t middle = (low + high) / 2;
    const std::int64_t* threshold = first + middle * m_words;
    const bool is_below =
        descending ? detail::less(threshold, value, m_words) : !detail::less(value, threshold, m_words);
    (is_below ? low : high) = middle + (is_below ? 1 : 0);
  }
  return descending ? m_steps - low : low;
}

}  // namespace spillway
