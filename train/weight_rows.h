// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace spillway {

/// One channel in the backward pass of a weight quantizer, w = s * q, and dL/dw of what follows.
struct weight_row {
  std::span<const double> v;
  std::span<const float> q;         ///< the integers of the forward pass
  std::span<const float> upstream;  ///< dL/dw
  double d = 0, t = 0;              ///< log2 of scale and norm
  double bound = 0;                 ///< greatest |q|
  double limit = 0;                 ///< T, in integers
};

struct log2_gradients {
  double d = 0, t = 0;
};

// The gradients that ordinary autograd gives the formulas of models/a2q.h, with 1 through the rounding and 0 through
// the clip, written out: a pass over the weights in place of a dozen. `dv` receives dL/dv, a value a weight.

/// u = v / s: dv = e m, with e = dL/dw and m = 1 where the clip left the weight alone; dd = ln2 s sum e (q - m u).
log2_gradients qat_backward(const weight_row& row, std::span<double> dv);

/// u = v / n * min(g / s, T), n = ||v||_1. With G = min(g, s T): dv = G / n * (e m - sign(v) / n * sum e m v);
/// dd = ln2 s sum e q, less ln2 s sum e m u where g is the lesser: that is then dt.
log2_gradients a2q_backward(const weight_row& row, std::span<double> dv);

}  // namespace spillway
