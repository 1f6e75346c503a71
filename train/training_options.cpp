// SPDX-License-Identifier: Apache-2.0
#include "train/training_options.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "models/error.h"
#include "models/nearest_name.h"

namespace spillway {
namespace {

constexpr std::array<std::string_view, 2> method_names{"qat", "a2q"};

void require(bool legal, const char* option, double value, const char* what) {
  if (!legal) throw config_error(fmt::format("{} = {}; right: {}", option, value, what));
}

bool is_finite_from(double low, double value) { return std::isfinite(value) && value >= low; }

}  // namespace

std::string to_string(training_method method) { return std::string(method_names[static_cast<std::size_t>(method)]); }

training_method parse_training_method(const std::string& name) {
  for (std::size_t i = 0; i < method_names.size(); ++i)
    if (name == method_names[i]) return static_cast<training_method>(i);
  throw config_error(fmt::format("there is no method {}; nearest: {}", name, nearest_name(name, method_names)));
}

void validate(const training_options& options) {
  validate(options.format);
  require(options.classes >= 2 && options.classes <= 65536, "classes", static_cast<double>(options.classes),
          "2 to 65536");
  require(options.epochs >= 1 && options.epochs <= 100000, "epochs", options.epochs, "1 to 100000");
  require(options.batch >= 1, "batch", options.batch, "1 or more");
  require(is_finite_from(1e-30, options.learning_rate), "learning-rate", options.learning_rate, "above 0");
  require(is_finite_from(0, options.scale_learning_rate), "scale-learning-rate", options.scale_learning_rate,
          "0 or more");
  require(is_finite_from(0, options.penalty), "penalty", options.penalty, "0 or more");
}

}  // namespace spillway
