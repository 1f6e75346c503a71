// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace spillway {

// Euclidean projections: the nearest point to `w` of a set that an accumulator admits, min ||v - w||_2. The sets are
// convex, so that the nearest point is one and only one. `w` is one channel, of K weights; each takes K log K steps.
// Throw `input_error` if a weight is not finite, `config_error` unless a limit is 0 or more (infinity is).

/// Onto the l1 ball {||v||_1 <= z} (Duchi et al., ICML 2008): EP-init of A2Q+, arXiv 2401.10432.
std::vector<double> project_on_l1_ball(std::span<const double> w, double z);

/// Onto {sum v = 0, ||v||_1 <= z}, the set that A2Q+ trains in. Ours.
///
/// Either w - mean(w) is in it, and is the projection. Or the multipliers of the two constraints, mu and theta > 0,
/// give v = soft(w - mu, theta), and then with a = mu + theta and b = mu - theta the sums above and below 0 part: sum
/// max(w - a, 0) = z / 2 and sum max(b - w, 0) = z / 2. Each has one solution, found exactly on sorted weights; and b <
/// mean(w) < a, since both sums exceed z / 2 at the mean.
std::vector<double> project_on_centred_ball(std::span<const double> w, double z);

/// Onto {sum of positive v <= h, sum of negative |v| <= h}: all that a register admits for unsigned inputs, with
/// h = (2^(P-1) - 1) / (2^N - 1) and without a condition on the mean. The two signs are projected each for itself.
/// Ours.
std::vector<double> project_on_two_sided_ball(std::span<const double> w, double h);

/// The threshold theta >= 0 with sum max(x - theta, 0) = z; 0 if the magnitudes x >= 0 sum to z or less. With it
/// sign(w) max(|w| - theta, 0) is the projection of w on the l1 ball.
double soft_threshold(std::vector<double> magnitudes, double z);

}  // namespace spillway
