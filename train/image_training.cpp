// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/image_training.h"

#include <array>
#include <cmath>
#include <numbers>

#include "spillway/models/support/nearest_name.h"
#include "spillway/train/option_checks.h"

namespace spillway {
namespace {

constexpr std::array<std::string_view, 2> optimizer_names{"sgd", "adam"};
constexpr std::array<std::string_view, 3> schedule_names{"step", "cosine", "one-cycle"};

/// 1 at share 0, 0 at share 1.
double half_cosine(double share) { return (1 + std::cos(share * std::numbers::pi)) / 2; }

}  // namespace

std::string to_string(optimizer_kind kind) { return std::string(optimizer_names[static_cast<std::size_t>(kind)]); }
std::string to_string(rate_schedule schedule) {
  return std::string(schedule_names[static_cast<std::size_t>(schedule)]);
}

optimizer_kind parse_optimizer_kind(const std::string& name) {
  return parse_name<optimizer_kind>(name, optimizer_names, "optimizer");
}

rate_schedule parse_rate_schedule(const std::string& name) {
  return parse_name<rate_schedule>(name, schedule_names, "schedule");
}

double image_training::rate_factor(int epoch, std::int64_t step, std::int64_t steps) const {
  if (schedule == rate_schedule::step) return std::pow(decay, (epoch - 1) / decay_epochs);
  if (schedule == rate_schedule::cosine)
    return half_cosine((epoch - 1 + static_cast<double>(step) / static_cast<double>(steps)) / epochs);
  const double share = (epoch - 1 + (static_cast<double>(step) + 0.5) / static_cast<double>(steps)) / epochs;
  return share < warm_up ? share / warm_up : half_cosine((share - warm_up) / (1 - warm_up));
}

void validate(const image_training& training) {
  require(training.epochs >= 1 && training.epochs <= 100000, "epochs", training.epochs, "1 to 100000");
  require(training.batch >= 2 && training.batch <= 65536, "batch", training.batch, "2 to 65536");
  require(is_finite_from(1e-30, training.learning_rate), "learning-rate", training.learning_rate, "above 0");
  require(is_finite_from(0, training.scale_learning_rate), "scale-learning-rate", training.scale_learning_rate,
          "0 or more");
  require(is_finite_from(0, training.momentum) && training.momentum < 1, "momentum", training.momentum,
          "0 to less than 1");
  require(is_finite_from(0, training.weight_decay), "weight-decay", training.weight_decay, "0 or more");
  require(is_finite_from(1e-30, training.decay) && training.decay <= 1, "decay", training.decay, "above 0, at most 1");
  require(training.decay_epochs >= 1, "decay-epochs", training.decay_epochs, "1 or more");
  require(is_finite_from(0, training.warm_up) && training.warm_up <= 1, "warm-up", training.warm_up, "0 to 1");
  require(is_finite_from(0, training.average) && training.average < 1, "average", training.average, "0 to less than 1");
  require(is_finite_from(0, training.penalty), "penalty", training.penalty, "0 or more");
}

}  // namespace spillway
