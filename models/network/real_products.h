// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace spillway {

/// Sums of products over many places at once, each in the order of `offsets`, without contraction, so that they are
/// those of the plain loop bit for bit: y[row][place] = sum over k of weights[row][k] * x[offsets[k] + place]. Rows of
/// y are `pitch` apart. As many as 31 places beyond the last are read in x, which must be there, and none are written.
/// Not installed.
template <class Real>
struct real_products {
  const Real* x;
  std::span<const std::int64_t> offsets;
  const Real* weights;  ///< [rows, offsets]
  std::int64_t rows, places;
  Real* y;
  std::int64_t pitch;
};

void multiply(const real_products<float>& of);
void multiply(const real_products<double>& of);

}  // namespace spillway
