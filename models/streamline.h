// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/integer_network.h"
#include "models/network.h"

namespace spillway {

/// How well the real weights of a layer's file are integers times a scale.
struct layer_report {
  std::string name;
  double largest_residual = 0;  ///< greatest |w / scale - integer|, in steps; rounding to nearest leaves 0.5 at most
  std::int64_t clamped = 0;     ///< weights beyond the quantizer's range
};

struct streamline_report {
  std::vector<layer_report> layers;
};

/// The network in integers. It says exactly what the file's formulas say: weight integers and thresholds are decided
/// in rational arithmetic, never in floats, and no scale is approximated.
///
/// - Scales, biases and zero points move through MatMul and Gemm into the next quantizer's thresholds; those of the
///   last layer become `output_scale` and `output_bias`.
/// - Thresholds are exact for every value that an accumulator register can hold, overflowed ones included.
/// - Bipolar activations between layers become unsigned 1-bit ones; a row whose scale is negative is negated.
/// - `claimed_bits` come from the metadata (models/linear_export.h, `accumulator_key`).
///
/// Throws `input_error` for what can't be taken, naming the node, the reason and the nearest thing that can.
integer_network streamline(const network& net, streamline_report* report = nullptr);

}  // namespace spillway
