// SPDX-License-Identifier: Apache-2.0
#include "train/linear_accuracy.h"

#include <algorithm>
#include <vector>

namespace spillway {

double linear_accuracy(const quantized_weights& network, const binary_images& images) {
  if (images.frames() == 0) return 0;
  const std::int64_t columns = network.weights.shape[1];
  std::vector<double> logits(network.scale.size());
  std::int64_t correct = 0;
  for (std::int64_t frame = 0; frame < images.frames(); ++frame) {
    const auto ones = images.ones_of(frame);
    for (std::size_t row = 0; row < logits.size(); ++row) {
      std::int64_t sum = 0;
      for (const std::int64_t i : ones) sum += *network.weights.at(static_cast<std::int64_t>(row) * columns + i);
      logits[row] = static_cast<double>(sum) * static_cast<double>(network.scale[row]);
    }
    const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
    correct += best == images.labels[static_cast<std::size_t>(frame)] ? 1 : 0;
  }
  return static_cast<double>(correct) / static_cast<double>(images.frames());
}

}  // namespace spillway
