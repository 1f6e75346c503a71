// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/sum_profile.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace spillway {

std::uint64_t sum_range::beyond(int bits) const {
  const auto first = needs.begin() + std::clamp(bits + 1, 0, most_bits + 1);
  return std::accumulate(first, needs.end(), std::uint64_t{0});
}

int sum_range::bits() const {
  for (int bits = most_bits; bits > 0; --bits)
    if (needs[static_cast<std::size_t>(bits)] > 0) return bits;
  return 1;
}

void channel_sums::add(const channel_sums& other) {
  for (std::size_t scope = 0; scope < by_scope.size(); ++scope) {
    sum_range& to = by_scope[scope];
    const sum_range& from = other.by_scope[scope];
    to.low = std::min(to.low, from.low);
    to.high = std::max(to.high, from.high);
    for (std::size_t bits = 0; bits < to.needs.size(); ++bits) to.needs[bits] += from.needs[bits];
  }
}

channel_sums sum_profile::total(std::size_t unit) const {
  channel_sums sum;
  for (const channel_sums& channel : units[unit]) sum.add(channel);
  return sum;
}

}  // namespace spillway
