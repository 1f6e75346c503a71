// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

/// FIXED<bits, integer_bits>: `integer_bits` before the point (the sign among them), the rest behind it.
struct fixed_point_format {
  int bits = 16, integer_bits = 6;
  bool is_signed = true;
};

/// What streamlining may choose where a file leaves it open.
struct streamline_options {
  /// What an input that the file does not quantize is taken as, rounded to the nearest (ties to even) and clamped.
  fixed_point_format input;
  /// Layers of bipolar weights on 1-bit inputs count agreements (0 to MW) instead of summing +-1.
  bool xnor_popcount = false;
};

}  // namespace spillway
