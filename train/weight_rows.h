// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "spillway/models/quantize/weight_format.h"

namespace spillway {

/// One channel in the backward pass of a weight quantizer, w = s * q, and dL/dw of what follows.
struct weight_row {
  std::span<const double> v;
  std::span<const float> q;         ///< the integers of the forward pass
  std::span<const float> upstream;  ///< dL/dw
  double d = 0, t = 0;              ///< log2 of scale and norm
  double bound = 0;                 ///< greatest |q|
  double limit = 0;                 ///< T or T+, in integers
};

struct log2_gradients {
  double d = 0, t = 0;
};

/// The gradients that ordinary autograd gives the formulas of models/quantize/a2q.h, with 1 through the rounding and 0
/// through the clip, written out: a few passes over the weights in place of a dozen. `dv` receives dL/dv, a value a
/// weight.
///
/// With e = dL/dw, and m = 1 where the clip left the weight alone, 0 elsewhere:
/// - QAT, u = v / s: dv = e m; dd = ln2 s sum e (q - m u).
/// - A2Q, u = v / n * min(g / s, T), n = ||v||_1, G = min(g, s T): dv = G / n * (e m - sign(v) / n * sum e m v);
///   dd = ln2 s (sum e q - [g <= s T] sum e m u); dt = [g <= s T] ln2 g / n * sum e m v.
/// - A2Q+: the same of c = v - mean(v), then dv = dc - mean(dc).
log2_gradients weights_backward(weight_method method, const weight_row& row, std::span<double> dv);

}  // namespace spillway
