// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "spillway/models/network/network.h"
#include "spillway/models/numbers/rational.h"

// What a Quant node decides: of what the input decides in exact arithmetic, where no division is rounded and a value
// next to a boundary falls on the side that the formula says; of constants in the file's own float32.

namespace spillway {

/// The ends of the clamp: [-2^(b-1), 2^(b-1)-1] signed, [0, 2^b-1] unsigned; narrow takes the least signed or the
/// greatest unsigned value away.
big_int least_level(const quant_op& quant);
big_int greatest_level(const quant_op& quant);

/// The integer type of a Quant's levels.
integer_type level_type(const quant_op& quant);

/// Throws `input_error`, naming the node, unless bits are 1 to 4096, the range has two levels or more, and all scales
/// are finite and positive and zero points finite. One signed bit is refused: QONNX runtimes take it as bipolar.
void validate(const quant_op& quant, std::string_view node);
void validate(const bipolar_quant_op& quant, std::string_view node);
/// Throws `input_error`, naming the node, unless widths are 1 to 4096 and no more bits come out than go in.
void validate(const trunc_op& trunc, std::string_view node);

/// round(value) under a QONNX rounding mode.
big_int round_exactly(const rational& value, rounding_mode mode);

/// clamp(round(x / scale + zero_point)), the level of a constant: quotient and sum are float32, as in every runtime
/// that the file was made for.
big_int level_of(float x, float scale, float zero_point, const quant_op& quant);
/// The level that exact arithmetic gives it.
big_int exact_level_of(float x, float scale, float zero_point, const quant_op& quant);
/// Both for quantizers of at most 62 bits.
std::int64_t narrow_level_of(float x, float scale, float zero_point, const quant_op& quant);
std::int64_t narrow_exact_level_of(float x, float scale, float zero_point, const quant_op& quant);

/// The values that round to `level` or above: those >= twice / 2 (> if not inclusive). Boundaries lie on halves.
struct level_boundary {
  big_int twice;
  bool inclusive = true;
};
level_boundary boundary_of(const big_int& level, rounding_mode mode);

}  // namespace spillway
