// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <vector>

namespace spillway::testing {

/// rapidcheck starts with small values and small structures; here every case is to be a full one.
template <class T>
T draw(const rc::Gen<T>& from) {
  return *rc::gen::resize(100, from);
}

/// A number of [low, high].
inline int between(int low, int high) { return draw(rc::gen::inRange(low, high + 1)); }

inline std::int64_t any_divisor(std::int64_t of) {
  std::vector<std::int64_t> divisors;
  for (std::int64_t d = 1; d <= of; ++d)
    if (of % d == 0) divisors.push_back(d);
  return draw(rc::gen::elementOf(divisors));
}

}  // namespace spillway::testing
