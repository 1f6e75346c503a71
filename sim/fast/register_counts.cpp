// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/register_counts.h"

#include <limits>

#include "spillway/sim/fast/clones.h"

namespace spillway::detail {

namespace {

template <class Lane>
struct count_rows {
  std::int64_t rows;
  Lane low, high;
  std::int64_t *events, *overflowing, *persistent;
};

template <class Lane>
[[gnu::always_inline]] inline void add_rows(const count_rows<Lane>& to, const Lane* exact, const Lane* events) {
  for (std::int64_t row = 0; row < to.rows; ++row) {
    const bool any = events[row] > 0, outside = exact[row] < to.low || exact[row] > to.high;
    to.events[row] += events[row];
    to.overflowing[row] += any ? 1 : 0;
    to.persistent[row] += any && outside ? 1 : 0;
  }
}

SPILLWAY_CLONES void add_all(const count_rows<std::int32_t>& to, const std::int32_t* exact,
                             const std::int32_t* events) {
  add_rows(to, exact, events);
}

SPILLWAY_CLONES void add_all(const count_rows<std::int64_t>& to, const std::int64_t* exact,
                             const std::int64_t* events) {
  add_rows(to, exact, events);
}

/// The greatest value of a register, or that of the lane where the register is wider.
template <class Lane>
Lane greatest(int bits) {
  constexpr int lane_bits = std::numeric_limits<Lane>::digits + 1;
  return bits >= lane_bits ? std::numeric_limits<Lane>::max() : static_cast<Lane>((Lane{1} << (bits - 1)) - 1);
}

}  // namespace

template <class Lane>
register_counts<Lane>::register_counts(std::int64_t rows, std::int64_t padded_rows, int bits)
    : m_rows(rows),
      m_padded_rows(padded_rows),
      m_low(-greatest<Lane>(bits) - 1),
      m_high(greatest<Lane>(bits)),
      m_events(static_cast<std::size_t>(padded_rows)),
      m_overflowing(m_events),
      m_persistent(m_events) {}

template <class Lane>
void register_counts<Lane>::add(const Lane* exact, const Lane* events) {
  add_all(count_rows<Lane>{m_padded_rows, m_low, m_high, m_events.data(), m_overflowing.data(), m_persistent.data()},
          exact, events);
}

template <class Lane>
void register_counts<Lane>::add_to(std::span<channel_counts> counts, const counted_part& part) const {
  for (std::size_t row = 0; row < static_cast<std::size_t>(m_rows); ++row) {
    counts[row].dot_products +=
        static_cast<std::uint64_t>(part.vectors + (static_cast<std::int64_t>(row) < part.rows ? 1 : 0));
    counts[row].events += static_cast<std::uint64_t>(m_events[row]);
    counts[row].overflowing_dot_products += static_cast<std::uint64_t>(m_overflowing[row]);
    counts[row].persistent_dot_products += static_cast<std::uint64_t>(m_persistent[row]);
  }
}

template class register_counts<std::int32_t>;
template class register_counts<std::int64_t>;

}  // namespace spillway::detail
