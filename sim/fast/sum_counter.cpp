// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/sum_counter.h"

#include <algorithm>
#include <bit>

namespace spillway::detail {

namespace {

/// Bits of the signed register that holds both, one of which may be 0.
int bits_of(std::int64_t low, std::int64_t high) {
  const auto magnitude =
      static_cast<std::uint64_t>(low < 0 ? ~low : low) | static_cast<std::uint64_t>(high < 0 ? ~high : high);
  return static_cast<int>(std::bit_width(magnitude)) + 1;
}

/// Counts a dot product; returns the bits that it needs.
int add_to(sum_range& range, std::int64_t low, std::int64_t high) {
  range.low = std::min(range.low, low);
  range.high = std::max(range.high, high);
  const int bits = bits_of(low, high);
  ++range.needs[static_cast<std::size_t>(bits)];
  return bits;
}

}  // namespace

template <class Lane>
void sum_counter::add(std::int64_t frame, const row_sums<Lane>& sums) {
  auto& most = (*m_frame_bits)[static_cast<std::size_t>(frame) * m_units + m_unit];
  const auto note = [&](limit_scope scope, int bits) {
    auto& known = most[static_cast<std::size_t>(scope)];
    known = std::max(known, static_cast<unsigned char>(bits));
  };
  for (std::size_t row = 0; row < m_channels.size(); ++row) {
    channel_sums& channel = m_channels[row];
    note(limit_scope::final, add_to(channel.of(limit_scope::final), sums.finished[row], sums.finished[row]));
    if (!sums.product_low) continue;
    note(limit_scope::per_product,
         add_to(channel.of(limit_scope::per_product), sums.product_low[row], sums.product_high[row]));
    note(limit_scope::per_cycle, add_to(channel.of(limit_scope::per_cycle), sums.cycle_low[row], sums.cycle_high[row]));
  }
}

template void sum_counter::add(std::int64_t, const row_sums<std::int32_t>&);
template void sum_counter::add(std::int64_t, const row_sums<std::int64_t>&);

}  // namespace spillway::detail
