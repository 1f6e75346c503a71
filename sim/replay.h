// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/dot_product.h"
#include "spillway/models/numbers/storage.h"
#include "spillway/sim/schedule.h"
#include "spillway/traces/overflow_event.h"

namespace spillway::detail {

/// A number of any of the storages (`int64_t`, `limb_int`, `big_int`) as a `big_int`.
template <class Integer>
big_int to_big(const Integer& value) {
  if constexpr (std::is_same_v<Integer, std::int64_t> || std::is_same_v<Integer, big_int>) {
    return value;
  } else {
    std::array<std::int64_t, Integer::bits / 64> words;
    value.to_words(words);
    return load(words, signed_type(Integer::bits));
  }
}

/// Puts the four values of an overflow into its event, in `narrow` where they all fit there.
template <class Integer>
void set_values(overflow_event& event, const dot_event<Integer>& from) {
  if constexpr (std::is_same_v<Integer, std::int64_t>) {
    event.narrow = {from.before, from.addend, from.exact, from.stored};
  } else {
    const std::array<big_int, 4> values{to_big(from.before), to_big(from.addend), to_big(from.exact),
                                        to_big(from.stored)};
    const auto is_narrow = [](const big_int& value) { return bits_for(value, value, true) <= 64; };
    if (!std::all_of(values.begin(), values.end(), is_narrow)) {
      event.wide = std::make_shared<const std::array<big_int, 4>>(values);
      return;
    }
    for (std::size_t i = 0; i < values.size(); ++i) event.narrow[i] = static_cast<std::int64_t>(values[i]);
  }
}

/// Replays whole vectors of one MVAU, addition by addition, with the plain loop of models/numbers/dot_product.h.
template <class Integer>
class vector_replay {
 public:
  /// `order[k]` is the column of the product added at step k; `index` the unit's place in the dataflow.
  vector_replay(const mvau& unit, std::uint32_t index, std::span<const std::int64_t> order)
      : m_unit(unit), m_index(index), m_order(order) {
    for (std::int64_t row = 0; row < unit.mh(); ++row)
      for (const std::int64_t column : order)
        m_weights.push_back(load_as<Integer>(unit.weights.at(row * unit.mw() + column), unit.weights.type));
  }

  /// One vector: `on_row(row, dot_result)` for each row in turn, and its events, in the order of the hardware, at the
  /// end of `events`, of which at most `max_events` are added.
  template <class OnRow>
  void run(std::int64_t vector, const std::int64_t* input, const issue_times& times, std::uint64_t max_events,
           std::vector<overflow_event>& events, OnRow&& on_row) const {
    const std::size_t columns = m_order.size();
    std::vector<Integer> operands;
    for (const std::int64_t column : m_order)
      operands.push_back(load_as<Integer>(input + column * m_unit.input_type.words(), m_unit.input_type));
    std::vector<overflow_event> found;
    for (std::int64_t row = 0; row < m_unit.mh(); ++row) {
      const std::size_t first = found.size();
      const std::span<const Integer> weights(m_weights.data() + static_cast<std::size_t>(row) * columns, columns);
      const dot_result<Integer> dot =
          accumulate<Integer>(weights, operands, m_unit.simd, m_unit.accumulator, [&](const dot_event<Integer>& from) {
            if (max_events > 0) found.push_back(make_event(vector, row, from, times));
          });
      const bool persistent = dot.persistent(m_unit.accumulator.bits, m_unit.accumulator.overflow);
      for (std::size_t e = first; e < found.size(); ++e) found[e].persistent = persistent;
      on_row(row, dot);
    }
    std::stable_sort(found.begin(), found.end(), [](const overflow_event& a, const overflow_event& b) {
      return std::tie(a.cycle, a.pe, a.step) < std::tie(b.cycle, b.pe, b.step);
    });
    if (found.size() > max_events) found.resize(max_events);
    std::move(found.begin(), found.end(), std::back_inserter(events));
  }

 private:
  overflow_event make_event(std::int64_t vector, std::int64_t row, const dot_event<Integer>& from,
                            const issue_times& times) const {
    const std::int64_t sf = m_unit.accumulator.scope == limit_scope::per_product ? from.step / m_unit.simd
                            : m_unit.accumulator.scope == limit_scope::per_cycle ? from.step
                                                                                 : m_unit.sf() - 1;
    const std::int64_t iteration = (vector * m_unit.nf() + row / m_unit.pe) * m_unit.sf() + sf;
    overflow_event event;
    event.frame = static_cast<std::uint64_t>(vector / m_unit.vectors_per_frame);
    event.unit = m_index;
    event.position = static_cast<std::uint32_t>(vector % m_unit.vectors_per_frame);
    event.channel = static_cast<std::uint32_t>(row);
    event.step = static_cast<std::uint32_t>(from.step);
    event.cycle = times.cycle_of(static_cast<std::uint64_t>(iteration));
    event.pe = static_cast<std::uint32_t>(row % m_unit.pe);
    set_values(event, from);
    return event;
  }

  const mvau& m_unit;
  std::uint32_t m_index;
  std::span<const std::int64_t> m_order;
  std::vector<Integer> m_weights;  ///< [MH, MW], columns in the order of addition
};

}  // namespace spillway::detail
