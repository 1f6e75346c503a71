// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

/// The steps of a computation in which a file in float32 and its integers can part.
enum class difference_step : unsigned char {
  input_format,     ///< the file does not quantize its input, and the format that it is taken in changes it
  weight_rounding,  ///< float32 does not hold a weight's integer times its scale
  sum,              ///< what arrives at a quantizer, or at the output, was rounded on its way there
  threshold,        ///< the quantizer's own division or comparison was rounded
};

/// "input format", "weight rounding", "sum", "threshold".
std::string_view to_string(difference_step step);

/// The first place at which a frame of the file and of its integers part, and both values there.
struct difference_cause {
  difference_step step = difference_step::sum;
  std::string where;         ///< the node of the quantizer, or the tensor
  std::int64_t element = 0;  ///< of the file's tensor
  double file_value = 0;     ///< in float32, as the file has it
  double exact_value = 0;    ///< as the integers have it
  /// What a quantizer made of the two.
  std::optional<double> file_level, exact_level;
};

/// One line: which step it was, where, and both values.
std::string to_string(const difference_cause& cause);

}  // namespace spillway
