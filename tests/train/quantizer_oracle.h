// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "spillway/models/quantize/a2q.h"

namespace spillway {

// Forward and gradients of weight quantizers by central differences of formulas written out here in long double.
// Rounding has no derivative: what the straight-through estimator differentiates is the same formula with the rounding
// error of this point held fixed, and with clipped weights held at their bound.

using numbers = std::vector<long double>;

/// One channel: v, then d, then t (A2Q only).
struct channel {
  weight_format format;
  bool a2q = true;               ///< or A2Q+, if `centred`
  std::vector<double> upstream;  ///< dL/dw of the task's loss
  double lambda = 0;
  bool centred = false;

  long double scale(const numbers& p) const { return std::exp2(p[upstream.size()]); }
  long double limit() const { return static_cast<long double>(format.l1_limit()); }

  /// w / s before rounding
  numbers unrounded(const numbers& p) const {
    numbers u(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(upstream.size()));
    long double mean = 0, norm = 0;
    for (const long double v : u) mean += v / static_cast<long double>(u.size());
    if (centred)
      for (long double& v : u) v -= mean;
    for (const long double v : u) norm += std::abs(v);
    const long double s = scale(p);
    for (long double& v : u) v = a2q ? v / norm * std::min(std::exp2(p[u.size() + 1]), s * limit()) / s : v / s;
    return u;
  }

  long double rounded(long double u) const { return a2q ? std::trunc(u) : std::nearbyint(u); }

  /// The loss with the rounding of the point `at` held fixed.
  long double loss(const numbers& p, const numbers& at) const {
    const numbers u = unrounded(p), u0 = unrounded(at);
    const auto bound = static_cast<long double>(format.bound());
    long double sum = 0;
    for (std::size_t k = 0; k < u.size(); ++k) {
      const long double q0 = rounded(u0[k]);
      const bool clipped = std::abs(q0) > bound;
      sum += upstream[k] * scale(p) * (clipped ? std::copysign(bound, q0) : u[k] + (q0 - u0[k]));
    }
    if (a2q) sum += lambda * std::max(0.0L, std::exp2(p[u.size() + 1]) - scale(p) * limit());
    return sum;
  }

  numbers gradient(const numbers& at) const {
    numbers result(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) {
      const long double h = 1e-6L * std::max(1.0L, std::abs(at[i]));
      numbers above = at, below = at;
      above[i] += h;
      below[i] -= h;
      result[i] = (loss(above, at) - loss(below, at)) / (2 * h);
    }
    return result;
  }
};

}  // namespace spillway
