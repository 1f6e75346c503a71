// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace spillway {

/// A portable generator (splitmix64): the standard library's distributions may differ from one to the next, and with
/// them the networks that a seed stands for. Only integers and correctly rounded operations are used.
class seeded_random {
 public:
  explicit seeded_random(std::uint64_t seed) : m_state(seed) {}

  /// 64 random bits.
  std::uint64_t next() {
    m_state += 0x9e3779b97f4a7c15u;
    std::uint64_t z = m_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// In [0, 1), a multiple of 2^-53.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// In [0, n), n >= 1.
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n)); }

  /// In [low, high), but for rounding.
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// Mean 0, variance 1, nearly normal, |value| < 3.47: the sum of four 16-bit uniform integers, scaled.
  double normal() {
    const std::uint64_t bits = next();
    std::int64_t sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<std::int64_t>((bits >> (16 * i)) & 0xffff);
    // The mean is 4 * (2^16 - 1) / 2, the variance 4 * (2^32 - 1) / 12.
    return (static_cast<double>(sum) - 131070) / std::sqrt(4294967295.0 / 3);
  }

 private:
  std::uint64_t m_state;
};

}  // namespace spillway
