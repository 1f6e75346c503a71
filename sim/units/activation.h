// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/storage.h"

namespace spillway {

/// What follows the accumulators of an MVAU or a VVAU: thresholds, y = output_offset + #{t : T[row, t] <= acc}, or
/// nothing, y = acc. `Integer` holds every accumulator and every threshold.
template <class Integer>
class activation {
 public:
  template <class Unit>
  explicit activation(const Unit& unit) : m_type(unit.output_type), m_offset(unit.output_offset) {
    if (!unit.thresholds) return;
    const integer_tensor& thresholds = *unit.thresholds;
    m_steps = thresholds.shape[1];
    for (std::int64_t i = 0; i < thresholds.size(); ++i)
      m_thresholds.push_back(load_as<Integer>(thresholds.at(i), thresholds.type));
    m_enabled = true;
  }

  /// Signed bits that the unit's thresholds need, 0 without thresholds.
  template <class Unit>
  static int bits_for_thresholds(const Unit& unit) {
    return unit.thresholds ? unit.thresholds->type.bits + (unit.thresholds->type.is_signed ? 0 : 1) : 0;
  }

  /// Writes the output of `row` to `words`, `output_type.words()` of them.
  void store(std::int64_t row, const Integer& acc, std::int64_t* words) const {
    if (m_enabled) return store_word(level(row, acc), words);
    if constexpr (std::is_same_v<Integer, std::int64_t>)
      store_word(acc, words);
    else
      store_as(acc, m_type, words);
  }

 private:
  std::int64_t level(std::int64_t row, const Integer& acc) const {
    const Integer* first = m_thresholds.data() + row * m_steps;
    return m_offset + (std::upper_bound(first, first + m_steps, acc) - first);
  }

  void store_word(std::int64_t value, std::int64_t* words) const {
    words[0] = value;
    for (int i = 1; i < m_type.words(); ++i) words[i] = value < 0 ? -1 : 0;
  }

  integer_type m_type;
  std::int64_t m_offset;
  bool m_enabled = false;
  std::int64_t m_steps = 0;
  std::vector<Integer> m_thresholds;  ///< [MH, steps], each row ascending
};

}  // namespace spillway
