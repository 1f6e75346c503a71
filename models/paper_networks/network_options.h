// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace spillway {

/// What the networks of models/paper_networks/ have in common. Their weights are generated from a seed, never trained:
/// they stand for a network's shapes, bit widths and ranges, not for its accuracy.
struct network_options {
  double width_multiplier = 1;  ///< of all channels but those of the image and the result; at least 1 is left
  int weight_bits = 4;          ///< of the hidden layers; the first and the last have 8. 1: bipolar
  int activation_bits = 4;      ///< of the hidden layers; the first and the last have 8
  std::int64_t image_height = 32, image_width = 32;
  std::uint64_t seed = 1;
  /// Images, generated likewise, on which the batch norms' statistics are measured. 0: they are computed from the
  /// weights, as if the inputs of each layer were independent.
  int calibration_images = 4;
};

/// Throws `config_error`, naming the option, its value and what would be right.
void validate(const network_options& options);

/// `channels` times the width multiplier, to the nearest whole number, at least 1.
std::int64_t scaled_channels(std::int64_t channels, const network_options& options);

}  // namespace spillway
