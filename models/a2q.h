// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/integer_tensor.h"

namespace spillway {

// Learned parameters become integers here, and nowhere else: training calls these functions in its forward pass and
// export calls them again, so that the network that was trained and the network in the file are the same, bit for bit.
// Formulas: A2Q, arXiv 2308.13504, section 4; docs/training.md.

/// How a layer's weights are quantized: M = `weight_bits` signed bits in the narrow range ±(2^(M-1) - 1), for inputs
/// of type `input` and, with A2Q, a register of P = `accumulator_bits`.
struct weight_format {
  int weight_bits = 8;
  integer_type input = unsigned_type(1);
  int accumulator_bits = 32;

  /// The greatest |weight|: 2^(M-1) - 1.
  std::int64_t bound() const { return (std::int64_t{1} << (weight_bits - 1)) - 1; }

  /// A2Q's limit on a channel's l1 norm, in integers: T = (2^(P-1) - 1) / 2^(N - [input signed]).
  double l1_limit() const;
};

/// Throws `config_error` unless M is 2 to 32, P is 2 to 4096 and the input is an integer type of 1 to 32 bits.
void validate(const weight_format& format);

/// Keeps scales and norms from 0: s, g and ||v||_1 are never taken to be less.
inline constexpr double least_scale = 1e-10;

/// max(2^log2_value, least_scale): a scale s = 2^d or a norm g = 2^t from its learned logarithm.
double scale_from_log2(double log2_value);

/// One channel by A2Q: clip(RTZ(u), ±bound) with u = v / ||v||_1 * min(g / s, T), s = 2^d, g = 2^t.
///
/// Double rounding can't lift the result above T: the exact |u| sum to at most T, so integers that they were rounded up
/// to would sum to at most T + K * ulp, and the next integer above T is at least 2^-N away.
/// Throws `input_error` if v, d or t is not finite.
void a2q_integers(std::span<const double> v, double d, double t, const weight_format& format,
                  std::span<std::int64_t> q);

/// One channel by ordinary quantization: clip(round half to even(v / s), ±bound), s = 2^d.
/// Throws `input_error` if v or d is not finite.
void qat_integers(std::span<const double> v, double d, const weight_format& format, std::span<std::int64_t> q);

/// A layer ready for a file: integers [MH, MW] of type signed M, and the scale of each row.
struct quantized_weights {
  integer_tensor weights;
  std::vector<float> scale;
};

/// All channels of a layer: `v` is [MH, MW], row-major; `d` and `t` have MH elements. The scales are 2^d in float32.
///
/// `quantize_a2q` proves each channel with models/certificate.h: where one does not hold at P, it throws `error` (a
/// defect of ours, not of the caller's) and there is nothing to export.
quantized_weights quantize_qat(std::span<const double> v, std::span<const double> d, const weight_format& format);
quantized_weights quantize_a2q(std::span<const double> v, std::span<const double> d, std::span<const double> t,
                               const weight_format& format);

/// Throws `error`, naming the first channel that fails and the width that it needs, unless every channel of `weights`
/// holds in P bits for every input of the type.
void require_certificate(const integer_tensor& weights, integer_type input, int accumulator_bits);

}  // namespace spillway
