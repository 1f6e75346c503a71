// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/numbers/accumulator.h"
#include "spillway/models/numbers/dot_product.h"
#include "spillway/sim/event_values.h"
#include "spillway/sim/fast/event_log.h"
#include "spillway/sim/fast/stamps.h"
#include "spillway/sim/fast/sum_counter.h"

namespace spillway::detail {

/// Where a block of frames stands in a run, and where its events go.
struct run_context {
  const stamps& times;
  event_log& events;
  std::int64_t first_frame = 0;
  std::int64_t frames = 0;           ///< of the block
  std::span<sum_counter> sums = {};  ///< of each unit; empty: nobody asks
};

/// The dot products of a block that end before the run does: those of all rows of the first vectors, and those of the
/// first rows of the next one.
struct counted_part {
  std::int64_t vectors = 0, rows = 0;

  /// Rows of a vector whose dot products count, of `all`.
  std::int64_t rows_of(std::int64_t vector, std::int64_t all) const {
    return vector < vectors ? all : vector == vectors ? rows : 0;
  }
};

/// What a unit's dot products have in common.
struct dot_shape {
  std::uint32_t unit = 0;  ///< its index
  std::int64_t rows = 1, columns = 1;
  int pe = 1, simd = 1;
  std::int64_t vectors_per_frame = 1;
  accumulator_format format;

  template <class Unit>
  static dot_shape of(const Unit& unit, std::uint32_t index) {
    return {index,     unit.weights.shape[0],  unit.weights.shape[1], unit.pe,
            unit.simd, unit.vectors_per_frame, unit.accumulator};
  }
};

/// Repeats dot products one addition after the other, and makes events of those that overflow.
template <class Integer>
class event_replay {
 public:
  event_replay(const dot_shape& shape, const run_context& context)
      : m_shape(shape), m_context(context), m_first_vector(context.first_frame * shape.vectors_per_frame) {}
  event_replay(const event_replay&) = delete;
  event_replay& operator=(const event_replay&) = delete;

  /// Hands on the events that are kept; after the last dot product, too.
  void hand_on() {
    if (!m_found.empty()) m_context.events.add(m_found);
  }

  /// What counts of the block.
  counted_part counted() const {
    const std::int64_t nf = m_shape.rows / m_shape.pe, sf = m_shape.columns / m_shape.simd;
    const std::int64_t vectors = m_context.frames * m_shape.vectors_per_frame;
    const auto all = static_cast<std::uint64_t>((m_first_vector + vectors) * nf * sf);
    const std::int64_t issued = static_cast<std::int64_t>(m_context.times.issued(m_shape.unit, all)) / sf;
    const std::int64_t folds = std::max<std::int64_t>(0, issued - m_first_vector * nf);
    return {folds / nf, folds % nf * m_shape.pe};
  }

  /// False if events of this row of vector `vector` of the block come too late for the log.
  bool is_wanted(std::int64_t vector, std::int64_t row) const {
    return m_context.events.wants_any() && m_context.events.wants(finished(vector, row));
  }

  /// One dot product, whose product number k in the order of addition is `product(k)`; one that does not
  /// count makes no events.
  template <class Product>
  dot_result<Integer> run(std::int64_t vector, std::int64_t row, const Product& product, bool counts = true) {
    const bool wanted = counts && is_wanted(vector, row);
    const std::size_t first = m_found.size();
    accumulator<Integer> reg(m_shape.format);
    const auto on_event = [&](const dot_event<Integer>& from) {
      if (wanted) m_found.push_back(event_of(vector, row, from));
    };
    for (std::int64_t k = 0; k < m_shape.columns; k += m_shape.simd) {
      for (std::int64_t lane = k; lane < k + m_shape.simd; ++lane) reg.add_product(product(lane), on_event);
      reg.end_cycle(on_event);
    }
    reg.end(on_event);
    const bool persistent = reg.persistent();
    for (std::size_t e = first; e < m_found.size(); ++e) m_found[e].event.persistent = persistent;
    if (m_found.size() > most_kept) hand_on();
    return {reg.stored(), reg.exact(), reg.events()};
  }

 private:
  static constexpr std::size_t most_kept = 4096;

  /// The unit's iterations before those of a row's neuron fold.
  std::int64_t first_iteration(std::int64_t vector, std::int64_t row) const {
    const std::int64_t nf = m_shape.rows / m_shape.pe, sf = m_shape.columns / m_shape.simd;
    return ((m_first_vector + vector) * nf + row / m_shape.pe) * sf;
  }

  std::uint64_t cycle_of(std::int64_t iteration) const {
    return m_context.times.cycle_of(m_shape.unit, static_cast<std::uint64_t>(iteration));
  }

  std::uint64_t finished(std::int64_t vector, std::int64_t row) const {
    return cycle_of(first_iteration(vector, row) + m_shape.columns / m_shape.simd - 1);
  }

  /// The synapse fold of an addition.
  std::int64_t fold_of(std::int64_t step) const {
    if (m_shape.format.scope == limit_scope::per_product) return step / m_shape.simd;
    return m_shape.format.scope == limit_scope::per_cycle ? step : m_shape.columns / m_shape.simd - 1;
  }

  finished_event event_of(std::int64_t vector, std::int64_t row, const dot_event<Integer>& from) const {
    finished_event result;
    overflow_event& event = result.event;
    const std::int64_t at = m_first_vector + vector;
    event.frame = static_cast<std::uint64_t>(at / m_shape.vectors_per_frame);
    event.unit = m_shape.unit;
    event.position = static_cast<std::uint32_t>(at % m_shape.vectors_per_frame);
    event.channel = static_cast<std::uint32_t>(row);
    event.step = static_cast<std::uint32_t>(from.step);
    event.cycle = cycle_of(first_iteration(vector, row) + fold_of(from.step));
    event.pe = static_cast<std::uint32_t>(row % m_shape.pe);
    set_values(event, from);
    result.finished = finished(vector, row);
    return result;
  }

  const dot_shape& m_shape;
  const run_context& m_context;
  std::int64_t m_first_vector;
  std::vector<finished_event> m_found;
};

}  // namespace spillway::detail
