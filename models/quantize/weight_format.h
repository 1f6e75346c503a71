// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// How learned weights become integers (docs/training.md).
enum class weight_method : unsigned char {
  qat,       ///< ordinary quantization: rounded to nearest, whatever the accumulator
  a2q,       ///< the l1 norm is limited to T, arXiv 2308.13504
  a2q_plus,  ///< centred first, and limited to T+, arXiv 2401.10432
};

/// What A2Q's limit on the l1 norm counts; the limit of A2Q+ is tight anyway.
enum class norm_limit : unsigned char {
  published,  ///< 2^N steps of an unsigned input
  tight,      ///< 2^N - 1, which is what an unsigned input reaches; signed inputs reach what is published
};

/// `qat`, `a2q`, `a2q_plus`; `published`, `tight`.
std::string_view to_string(weight_method method);
std::string_view to_string(norm_limit limit);

/// The reverse: `qat`, `a2q`, `a2q_plus`; `published`, `tight`. Throws `config_error` that names the nearest.
weight_method parse_weight_method(std::string_view name);
norm_limit parse_norm_limit(std::string_view name);

/// How a layer's weights are quantized: M = `weight_bits` signed bits in the narrow range ±(2^(M-1) - 1), for inputs
/// of type `input` and, but for `qat`, a register of P = `accumulator_bits`. A2Q+ is not for depthwise layers, whose
/// dot products are too short to centre: the caller gives them `a2q`, as the paper does.
struct weight_format {
  int weight_bits = 8;
  integer_type input = unsigned_type(1);
  int accumulator_bits = 32;
  weight_method method = weight_method::a2q;
  norm_limit limit = norm_limit::published;

  /// The greatest |weight|: 2^(M-1) - 1.
  std::int64_t bound() const { return (std::int64_t{1} << (weight_bits - 1)) - 1; }

  /// The limit on a channel's l1 norm, in integers; with N input bits and 1s = [input signed]:
  /// `a2q` T = (2^(P-1) - 1) / 2^(N - 1s), or / (2^N - 1) if unsigned and `tight`; `a2q_plus`
  /// T+ = (2^P - 2) / (2^N - 1), signed or not; `qat` infinity.
  double l1_limit() const;
};

/// Throws `config_error` unless M is 2 to 32, P is 2 to 4096 and the input is an integer type of 1 to 32 bits.
void validate(const weight_format& format);

}  // namespace spillway
