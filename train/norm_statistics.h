// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace spillway {

/// What batch norms subtract and divide by in training. Evaluation and export know running statistics only.
enum class norm_statistics : unsigned char {
  batch,  ///< the batch's own; running averages follow them
  fixed,  ///< the running ones, set once: a batch norm is one affine map, in training as in evaluation
};

std::string to_string(norm_statistics norms);

/// The reverse: `batch`, `fixed`. Throws `config_error` that names the nearest.
norm_statistics parse_norm_statistics(const std::string& name);

}  // namespace spillway
