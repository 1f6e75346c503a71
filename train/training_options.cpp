// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/training_options.h"

#include "spillway/models/support/error.h"
#include "spillway/train/option_checks.h"

namespace spillway {

void validate(const training_options& options) {
  validate(options.format);
  if (options.wrapnet) {
    const wrapnet_options& w = *options.wrapnet;
    if (options.format.method != weight_method::qat)
      throw config_error("WrapNet with the weights of A2Q; right: those of ordinary quantization");
    require(w.accumulator_bits >= 2 && w.accumulator_bits <= 32, "bits", w.accumulator_bits, "2 to 32");
    require(is_finite_from(1e-3, w.slope) && w.slope <= 1e9, "slope", w.slope, "0.001 to 1e9");
    require(is_finite_from(0, w.penalty), "overflow-penalty", w.penalty, "0 or more");
  }
  require(options.tile >= 0 && options.tile <= std::int64_t{1} << 32, "tile", static_cast<double>(options.tile),
          "1 or more");
  if (options.tile > 0 && options.format.method == weight_method::qat)
    throw config_error("--tile with a method that limits no accumulator; right: a2q or a2q_plus");
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
