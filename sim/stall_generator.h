// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace spillway {

/// Random stalls that depend on the seed alone (splitmix64): the same on every machine.
class stall_generator {
 public:
  /// `probability` is clamped to [0, 1].
  stall_generator(double probability, std::uint64_t seed)
      : m_threshold(probability > 0 ? static_cast<std::uint64_t>(std::ldexp(probability < 1 ? probability : 1, 53))
                                    : 0),
        m_state(seed) {}

  /// True if this cycle stalls.
  bool next() {
    if (m_threshold == 0) return false;
    m_state += 0x9e3779b97f4a7c15u;
    std::uint64_t z = m_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((z ^ (z >> 31)) >> 11) < m_threshold;
  }

 private:
  std::uint64_t m_threshold, m_state;
};

}  // namespace spillway
