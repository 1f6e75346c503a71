// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/quantize/weight_format.h"

namespace spillway {

// Learned parameters become integers here, and nowhere else: training calls these functions in its forward pass and
// export calls them again, so that the network that was trained and the network in the file are the same, bit for bit.
// Formulas: A2Q, arXiv 2308.13504, section 4; A2Q+, arXiv 2401.10432; docs/training.md.

/// Keeps scales and norms from 0: s, g and ||v||_1 are never taken to be less.
inline constexpr double least_scale = 1e-10;

/// max(2^log2_value, least_scale): a scale s = 2^d or a norm g = 2^t from its learned logarithm.
double scale_from_log2(double log2_value);

/// One channel by A2Q: clip(RTZ(u), ±bound) with u = v / ||v||_1 * min(g / s, T), s = 2^d, g = 2^t.
///
/// Double rounding can't lift the result above T: the exact |u| sum to at most T, so integers that they were rounded up
/// to would sum to at most T + K * ulp, and the next integer above T is at least 2^-N away (more than 1/2 where the
/// limit is tight). Throws `input_error` if v, d or t is not finite.
void a2q_integers(std::span<const double> v, double d, double t, const weight_format& format,
                  std::span<std::int64_t> q);

/// One channel by A2Q+: clip(RTZ(u), ±bound) with u = c / n * min(g / s, T+), c = v - mean(v) and
/// n = 2 * max(sum of positive c, sum of negative |c|). That is ||c||_1, since centred weights have as much above 0 as
/// below it; but the mean is rounded, and then they have it only nearly. The guarantee leans on n, not on the mean:
///
/// *Theorem.* Let S be the greater of the two sums of |q| of one sign, and H = T+ / 2 = (2^(P-1) - 1) / (2^N - 1).
/// 1. If S <= H, no input overflows P bits: unsigned inputs reach at most (2^N - 1) * S, signed ones 2^(N-1) times one
///    sum and 2^(N-1) - 1 times the other.
/// 2. S <= H in real arithmetic, whatever is subtracted from v: the |u| of one sign sum to at most n/2 / n * T+ = H,
///    and neither rounding to zero nor the clip adds to them.
/// 3. S <= H in doubles, if K * (K + 4) * 2^(M-1) < 2^52 (M = 8: K up to 5 million). The clip alone sees to it unless
///    H < K * 2^(M-1). Then the |u| sum to at most H * (1 + (K + 4) * 2^-53) < H + 1/2, and the next integer above H is
///    more than 1/2 away: the fraction of H is (2^((P-1) mod N) - 1) / (2^N - 1).
///
/// Longer channels are only certified. The integers need not sum to 0, and a channel of one weight becomes 0.
/// Throws `input_error` if v, d, t or the sum or norm of v is not finite.
void a2q_plus_integers(std::span<const double> v, double d, double t, const weight_format& format,
                       std::span<std::int64_t> q);

/// One channel by ordinary quantization: clip(round half to even(v / s), ±bound), s = 2^d.
/// Throws `input_error` if v or d is not finite.
void qat_integers(std::span<const double> v, double d, const weight_format& format, std::span<std::int64_t> q);

/// A layer ready for a file: integers [MH, MW] of type signed M, and the scale of each row.
struct quantized_weights {
  integer_tensor weights;
  std::vector<float> scale;
};

/// One channel by the method that the format names; `t` counts for nothing in ordinary quantization.
void weight_integers(std::span<const double> v, double d, double t, const weight_format& format,
                     std::span<std::int64_t> q);

/// All channels of a layer by the method that the format names: `v` is [MH, MW], row-major; `d` has MH elements, and so
/// has `t` (none for `qat`). The scales are 2^d in float32.
///
/// But for `qat` each channel is proven with models/certificates/certificate.h: where one does not hold at P, this
/// throws `error` (a defect of ours, not of the caller's) and there is nothing to export.
quantized_weights quantize(std::span<const double> v, std::span<const double> d, std::span<const double> t,
                           const weight_format& format);

/// `quantize` by one method, whatever method the format names.
quantized_weights quantize_qat(std::span<const double> v, std::span<const double> d, weight_format format);
quantized_weights quantize_a2q(std::span<const double> v, std::span<const double> d, std::span<const double> t,
                               weight_format format);

/// Throws `error`, naming the first channel that fails and the width that it needs, unless every channel of `weights`
/// holds in P bits for every input of the type.
void require_certificate(const integer_tensor& weights, integer_type input, int accumulator_bits);

}  // namespace spillway
