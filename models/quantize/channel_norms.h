// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace spillway {

// Sums over one channel's real weights, in the order in which they stand: quantizers, what they start from and
// projections must round alike, or the integers of a file are not those that were trained.

/// sum w / K; of no weights NaN.
double mean_of(std::span<const double> w);

/// w - mean_of(w).
std::vector<double> centred(std::span<const double> w);

/// ||w||_1.
double l1_norm(std::span<const double> w);

/// Throws `input_error` unless all are finite.
void require_finite_weights(std::span<const double> w);

}  // namespace spillway
