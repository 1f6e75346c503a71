// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "spillway/models/numbers/rounding_mode.h"

// Rounding in the arithmetic that a file is evaluated in. Not installed.

namespace spillway {

template <class Real>
Real round_half_odd(Real x) {
  const Real down = std::floor(x);
  if (x - down != Real(0.5)) return std::nearbyint(x);
  return std::fmod(down, Real(2)) == 0 ? down + 1 : down;
}

template <class Real>
Real round_to_level(Real x, rounding_mode mode) {
  switch (mode) {
    case rounding_mode::round:
      return std::nearbyint(x);  // the default environment rounds half to even
    case rounding_mode::ceil:
      return std::ceil(x);
    case rounding_mode::floor:
      return std::floor(x);
    case rounding_mode::up:
      return std::copysign(std::ceil(std::abs(x)), x);
    case rounding_mode::down:
      return std::trunc(x);
    case rounding_mode::half_up:
      return std::round(x);
    // |x| - 0.5 is exact where the result depends on it, below 2^23.
    case rounding_mode::half_down:
      return std::copysign(std::ceil(std::abs(x) - Real(0.5)), x);
    case rounding_mode::half_odd:
      return round_half_odd(x);
  }
  return x;
}

}  // namespace spillway
