// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "spillway/models/quantize/weight_start.h"

namespace spillway {

/// WrapNet: ordinary quantization whose sums wrap at P bits and go through a cyclic activation in training.
struct wrapnet_options {
  int accumulator_bits = 8;  ///< P, 2 to 32
  double slope = 2;          ///< k of the reduction, above 0: the greater, the nearer its knee is to 2^(P-1)
  double penalty = 0.01;     ///< of the mean overflow, beside the cross-entropy
};

/// The recipe of one network; docs/training.md says how the defaults were found.
struct training_options {
  /// With `tile` above 0, tiles of that many products are limited by the format's accumulator, and not their sum.
  weight_format format{8, unsigned_type(1), 32, weight_method::qat};
  std::int64_t tile = 0;
  weight_start start = weight_start::naive;
  std::optional<wrapnet_options> wrapnet;  ///< with `format.method` qat only
  std::int64_t classes = 10;
  std::uint64_t seed = 1;
  int epochs = 30;
  int batch = 256;
  double learning_rate = 3e-3;        ///< of the weights v
  double scale_learning_rate = 3e-2;  ///< of the logarithms d and t
  double penalty = 1e-3;              ///< lambda of A2Q's and A2Q+'s sum of max(g - T_s, 0)
};

/// Throws `config_error` that names the option, its value and what is legal.
void validate(const training_options& options);

}  // namespace spillway
