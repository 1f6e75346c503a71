// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "models/a2q.h"

namespace spillway {

enum class training_method : unsigned char { qat, a2q };

/// `qat` or `a2q`; the reverse throws `config_error` that names the nearest.
std::string to_string(training_method method);
training_method parse_training_method(const std::string& name);

/// The recipe of one network; docs/training.md says how the defaults were found.
struct training_options {
  training_method method = training_method::qat;
  weight_format format;
  std::int64_t classes = 10;
  std::uint64_t seed = 1;
  int epochs = 30;
  int batch = 256;
  double learning_rate = 3e-3;        ///< of the weights v
  double scale_learning_rate = 3e-2;  ///< of the logarithms d and t
  double penalty = 1e-3;              ///< lambda of A2Q's sum of max(g - T_s, 0)
};

/// Throws `config_error` that names the option, its value and what is legal.
void validate(const training_options& options);

}  // namespace spillway
