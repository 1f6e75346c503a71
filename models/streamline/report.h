// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/models/integer_network/file_output.h"
#include "spillway/models/support/assumption.h"

namespace spillway {

/// How well the real weights of a layer's file are integers times a scale.
struct layer_report {
  std::string name;
  double largest_residual = 0;  ///< greatest |w / scale - integer|, in steps; rounding to nearest leaves 0.5 at most
  std::int64_t clamped = 0;     ///< weights beyond the quantizer's range
};

/// What the integers of a value stand for in the file: tensor[places] = scale[channel] * integer + offset[channel].
struct value_report {
  int value = 0;
  /// Of the file: the operator that made its levels, and what it read and made. An input that no operator quantizes
  /// is read and made, under its name.
  std::string node, input, tensor;
  std::vector<double> scale, offset;
  std::vector<std::int64_t> places;  ///< for each element of a frame in the file's order, that of the value
};

/// What streamlining says of a network beside its integers.
struct streamline_report {
  std::vector<layer_report> layers;
  std::vector<value_report> values;  ///< of the values that quantizers make, in the order of the file, and the output
  std::vector<assumption> assumptions;  ///< of the reader, then what was assumed or left away here
  file_output output;
};

}  // namespace spillway
