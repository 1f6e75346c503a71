// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/linear_accuracy.h"

#include <algorithm>
#include <vector>

#include "spillway/train/cyclic_activation.h"

namespace spillway {
namespace {

/// The finished sum of each row for one image.
void sums_of(const quantized_weights& network, std::span<const std::int64_t> ones, std::vector<std::int64_t>& sums) {
  const std::int64_t columns = network.weights.shape[1];
  for (std::size_t row = 0; row < sums.size(); ++row) {
    sums[row] = 0;
    for (const std::int64_t i : ones) sums[row] += *network.weights.at(static_cast<std::int64_t>(row) * columns + i);
  }
}

/// The first row whose activated sum, times its scale, is the greatest.
template <typename Activation>
std::int64_t best_row(const std::vector<std::int64_t>& sums, const std::vector<float>& scale, Activation activate) {
  std::vector<double> logits(sums.size());
  for (std::size_t row = 0; row < sums.size(); ++row)
    logits[row] = static_cast<double>(activate(sums[row])) * static_cast<double>(scale[row]);
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

}  // namespace

double linear_accuracy(const quantized_weights& network, const binary_images& images) {
  if (images.frames() == 0) return 0;
  std::vector<std::int64_t> sums(network.scale.size());
  std::int64_t correct = 0;
  for (std::int64_t frame = 0; frame < images.frames(); ++frame) {
    sums_of(network, images.ones_of(frame), sums);
    const auto best = best_row(sums, network.scale, [](std::int64_t sum) { return sum; });
    correct += best == images.labels[static_cast<std::size_t>(frame)] ? 1 : 0;
  }
  return static_cast<double>(correct) / static_cast<double>(images.frames());
}

wrapped_accuracy score_wrapped(const quantized_weights& network, const binary_images& images,
                               const wrapnet_options& options) {
  if (images.frames() == 0) return {};
  const auto wrap = [&](std::int64_t sum) { return wrapped(sum, options.accumulator_bits); };
  std::vector<std::int64_t> sums(network.scale.size());
  std::int64_t cyclic = 0, plain = 0, overflowing = 0;
  for (std::int64_t frame = 0; frame < images.frames(); ++frame) {
    const std::int64_t label = images.labels[static_cast<std::size_t>(frame)];
    sums_of(network, images.ones_of(frame), sums);
    const auto activate = [&](std::int64_t sum) { return cyclic_activation(sum, options); };
    cyclic += best_row(sums, network.scale, activate) == label ? 1 : 0;
    plain += best_row(sums, network.scale, wrap) == label ? 1 : 0;
    overflowing += std::count_if(sums.begin(), sums.end(), [&](std::int64_t sum) { return wrap(sum) != sum; });
  }
  const auto frames = static_cast<double>(images.frames());
  return {static_cast<double>(cyclic) / frames, static_cast<double>(plain) / frames,
          static_cast<double>(overflowing) / (frames * static_cast<double>(sums.size()))};
}

}  // namespace spillway
