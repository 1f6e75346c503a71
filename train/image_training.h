// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace spillway {

enum class optimizer_kind : unsigned char { sgd, adam };
enum class rate_schedule : unsigned char {
  step,       ///< times `decay` every `decay_epochs` epochs
  cosine,     ///< from the first rate to 0 along half a cosine, step by step
  one_cycle,  ///< up to the rate in a line over the share `warm_up` of all steps, then to 0 along half a cosine
};

std::string to_string(optimizer_kind kind);
std::string to_string(rate_schedule schedule);
optimizer_kind parse_optimizer_kind(const std::string& name);
rate_schedule parse_rate_schedule(const std::string& name);

/// The recipe of an image network's training. The defaults are those of ResNet18 in the A2Q+ paper.
struct image_training {
  std::uint64_t seed = 1;
  int epochs = 100;
  int batch = 256;
  optimizer_kind optimizer = optimizer_kind::sgd;
  double learning_rate = 1e-3;
  double scale_learning_rate = 1e-3;  ///< of the logarithms of scales and norms
  double momentum = 0.9;              ///< of SGD
  double weight_decay = 1e-5;         ///< of the weights; nothing else decays
  rate_schedule schedule = rate_schedule::step;
  double decay = 0.1;
  int decay_epochs = 30;
  double warm_up = 0.25;  ///< of the one-cycle schedule
  double penalty = 1e-3;  ///< lambda of the sum of max(g - T_s, 0)
  bool augmented = true;
  double average = 0;  ///< decay of a moving average of the weights, which the run ends with; 0: none

  /// The share of `learning_rate` at a step (from 0) of an epoch (from 1), `steps` an epoch. A step of the one-cycle
  /// schedule has the rate of its middle, so that neither the first nor the last one is lost at rate 0.
  double rate_factor(int epoch, std::int64_t step, std::int64_t steps) const;
};

/// Throws `config_error` that names the option, its value and what is legal.
void validate(const image_training& training);

}  // namespace spillway
