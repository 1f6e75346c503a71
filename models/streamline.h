// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/integer_network.h"
#include "models/network.h"

namespace spillway {

/// FIXED<bits, integer_bits>: `integer_bits` before the point (the sign among them), the rest behind it.
struct fixed_point_format {
  int bits = 16, integer_bits = 6;
  bool is_signed = true;
};

struct streamline_options {
  /// What an input that the file does not quantize is taken as, rounded to the nearest (ties to even) and clamped.
  fixed_point_format input;
  /// Layers of bipolar weights on 1-bit inputs count agreements (0 to MW) instead of summing +-1.
  bool xnor_popcount = false;
};

/// How well the real weights of a layer's file are integers times a scale.
struct layer_report {
  std::string name;
  double largest_residual = 0;  ///< greatest |w / scale - integer|, in steps; rounding to nearest leaves 0.5 at most
  std::int64_t clamped = 0;     ///< weights beyond the quantizer's range
};

/// What the integers of a value stand for in the file: tensor[places] = scale[channel] * integer + offset[channel].
struct value_report {
  int value = 0;
  std::string node, input, tensor;  ///< of the file: the operator that made its levels, and what it read and made
  std::vector<double> scale, offset;
  std::vector<std::int64_t> places;  ///< for each element of a frame in the file's order, that of the value
};

struct streamline_report {
  std::vector<layer_report> layers;
  std::vector<value_report> values;  ///< of the values that quantizers make, in the order of the file, and the output
  std::vector<std::string> notes;    ///< what was assumed or left away, a line each
};

/// The network in integers. It says exactly what the file's formulas say: weight integers and thresholds are decided
/// in rational arithmetic, never in floats, and no scale is approximated. docs/streamlining.md has the mathematics.
///
/// - Scales, biases, zero points and batch norms move through products, pools and sums into the next quantizer's
///   thresholds; those at the end become `output_scale` and `output_bias`.
/// - Thresholds are exact for every value that an accumulator register can hold, overflowed ones included.
/// - Bipolar activations between layers become unsigned 1-bit ones; a row whose slope is negative is negated.
/// - What stands before the first quantizer becomes steps of the host (`integer_network::input`).
/// - `claimed_bits` come from the metadata (models/linear_export.h, `accumulator_key`).
///
/// Throws `input_error` for what can't be taken, naming the node, the reason and the nearest thing that can.
integer_network streamline(const network& net, streamline_report* report = nullptr,
                           const streamline_options& options = {});

}  // namespace spillway
