// SPDX-License-Identifier: Apache-2.0
#include "train/classification_task.h"

#include <fmt/format.h>
#include <torch/autograd.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace spillway {

double image_accuracy(network_model& model, const image_set& images) {
  if (images.frames() == 0) return 0;
  torch::NoGradGuard constant;
  constexpr std::int64_t batch = 250;
  std::vector<std::int64_t> frames(static_cast<std::size_t>(images.frames()));
  std::iota(frames.begin(), frames.end(), 0);
  std::int64_t correct = 0;
  for (std::int64_t first = 0; first < images.frames(); first += batch) {
    const auto count = std::min(batch, images.frames() - first);
    const image_batch some =
        gather(images, std::span(frames).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
    correct += (model.forward(some.images, false).argmax(1) == some.labels).sum().item<std::int64_t>();
  }
  return static_cast<double>(correct) / static_cast<double>(images.frames());
}

classification_task::classification_task(image_set images, image_set validation, bool augmented)
    : m_images(std::move(images)), m_validation(std::move(validation)), m_augmented(augmented) {}

image_task::outcome classification_task::loss(network_model& model, std::span<const std::int64_t> frames,
                                              std::uint64_t seed, int epoch) const {
  const image_batch batch = m_augmented ? gather_augmented(m_images, frames, seed, epoch) : gather(m_images, frames);
  const torch::Tensor out = model.forward(batch.images, true);
  return {torch::nll_loss(torch::log_softmax(out, 1), batch.labels),
          (out.detach().argmax(1) == batch.labels).sum().item<std::int64_t>()};
}

std::string classification_task::log_values(network_model& model, double loss, double accuracy) const {
  return fmt::format(
      "{:.5f},{:.5f},{}", loss, accuracy,
      m_validation.frames() == 0 ? std::string() : fmt::format("{:.5f}", image_accuracy(model, m_validation)));
}

}  // namespace spillway
