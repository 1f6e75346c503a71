// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/integer_tensor.h"

namespace spillway {

/// How the real input becomes integers: q = clamp(round_half_even(x / scale + zero_point)).
struct input_quantizer {
  integer_type type = unsigned_type(8);
  double scale = 1;
  std::int64_t zero_point = 0;
  std::int64_t low = 0, high = 255;  ///< the clamp (narrow ranges are smaller than the type's)
};

/// One matrix-vector product in integers, with what follows it.
///
/// accumulator[row] = sum over k of weights[row, k] * input[k]. With thresholds the output is
/// `output_offset + #{t : thresholds[row, t] <= accumulator[row]}`; without, the accumulator itself.
struct integer_layer {
  std::string name;
  integer_type input_type;
  integer_tensor weights;                   ///< [MH, MW]
  std::optional<integer_tensor> thresholds; ///< [MH, steps], each row ascending
  std::int64_t output_offset = 0;           ///< FINN's ActVal
  integer_type output_type;                 ///< of the thresholded output; unused without thresholds
  std::optional<int> claimed_bits;          ///< the accumulator width that the file claims to be safe
  std::int64_t vectors_per_frame = 1;

  std::int64_t rows() const { return weights.shape[0]; }     ///< MH
  std::int64_t columns() const { return weights.shape[1]; }  ///< MW
};

/// A network in which every value between input and output is an integer. `logit = accumulator * output_scale[row] +
/// output_bias[row]` brings the last layer's accumulators back to the file's real outputs; scales are positive.
struct integer_network {
  std::string name;
  input_quantizer input;
  std::vector<integer_layer> layers;
  std::vector<double> output_scale;  ///< one a row of the last layer
  std::vector<double> output_bias;
};

/// Evaluates `net` at full width (int64 where that is exact, big_int elsewhere): `input` is [n, MW of the first layer]
/// of the network's input type; returns the last layer's values, [n, MH]. The oracle of both engines.
integer_tensor evaluate(const integer_network& net, const integer_tensor& input);

/// Throws `config_error`, naming the layer, unless shapes, types and thresholds fit together.
void validate(const integer_network& net);

}  // namespace spillway
