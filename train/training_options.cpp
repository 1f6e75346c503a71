// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "models/error.h"
#include "train/linear_trainer.h"

namespace spillway {
namespace {

void require(bool legal, const char* option, double value, const char* what) {
  if (!legal) throw config_error(fmt::format("{} = {}: must be {}", option, value, what));
}

}  // namespace

void training_options::validate() const {
  spillway::validate(format);
  require(classes >= 2 && classes <= 65536, "classes", static_cast<double>(classes), "2 to 65536");
  require(epochs >= 1 && epochs <= 100000, "epochs", epochs, "1 to 100000");
  require(warm_epochs >= 0 && warm_epochs <= 100000, "warm_epochs", warm_epochs, "0 to 100000");
  require(batch >= 1, "batch", batch, "1 or more");
  require(std::isfinite(learning_rate) && learning_rate > 0, "learning_rate", learning_rate, "above 0");
  require(std::isfinite(scale_learning_rate) && scale_learning_rate >= 0, "scale_learning_rate", scale_learning_rate,
          "0 or more");
  require(std::isfinite(penalty) && penalty >= 0, "penalty", penalty, "0 or more");
}

double accuracy(const quantized_weights& network, const binary_images& images) {
  const auto rows = network.weights.shape[0], columns = network.weights.shape[1];
  std::int64_t correct = 0;
  for (std::int64_t frame = 0; frame < images.frames(); ++frame) {
    const auto from = images.offsets[static_cast<std::size_t>(frame)];
    const auto to = images.offsets[static_cast<std::size_t>(frame) + 1];
    std::int64_t best = 0;
    double greatest = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t sum = 0;
      for (auto i = from; i < to; ++i) sum += *network.weights.at(row * columns + images.ones[static_cast<std::size_t>(i)]);
      const double logit = static_cast<double>(sum) * static_cast<double>(network.scale[static_cast<std::size_t>(row)]);
      if (row == 0 || logit > greatest) greatest = logit, best = row;
    }
    correct += best == images.labels[static_cast<std::size_t>(frame)] ? 1 : 0;
  }
  return images.frames() == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(images.frames());
}

}  // namespace spillway
