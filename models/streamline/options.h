// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// FIXED<bits, integer_bits>: `integer_bits` before the point (the sign among them), the rest behind it.
struct fixed_point_format {
  int bits = 16, integer_bits = 6;
  bool is_signed = true;
};

/// Integers of a type, times a scale.
struct integer_format {
  integer_type type;
  bool is_narrow = false;  ///< without the least value: TERNARY
  double scale = 1;        ///< a float32 greater than 0
};

/// What streamlining may choose where a file leaves it open.
struct streamline_options {
  /// What an input that the file does not quantize is taken as, rounded to the nearest (ties to even) and clamped.
  fixed_point_format input;
  /// What the file's input itself is, where it is set and the file does not quantize it; what the file computes before
  /// the first quantizer is then the hardware's.
  std::optional<integer_format> integer_input;
  /// Layers of bipolar weights on 1-bit inputs count agreements (0 to MW) instead of summing +-1.
  bool xnor_popcount = false;
};

/// Sets what an input is taken as: FIXED<bits,integer bits>, or BIPOLAR, BINARY, TERNARY, INTn, UINTn, which may have a
/// scale behind them, UINT8*0.5 or UINT8/255. Throws `config_error`, naming the text, for anything else.
void parse_input_format(std::string_view text, streamline_options& options);

}  // namespace spillway
