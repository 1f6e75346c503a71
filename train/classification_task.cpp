// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/classification_task.h"

#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <fmt/format.h>
#include <torch/autograd.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "spillway/train/option_checks.h"

namespace spillway {
namespace {

/// Sides of images that grow are multiples of it.
constexpr std::int64_t size_step = 4;

}  // namespace

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

std::int64_t classification_options::size_in(int epoch, std::int64_t size) const {
  if (first_size == 0) return size;
  const double share = std::min(1.0, (epoch - 1) / (2.0 / 3 * epochs));
  const double side = static_cast<double>(first_size) + share * static_cast<double>(size - first_size);
  return share == 1 ? size : std::min(size, static_cast<std::int64_t>(side / size_step) * size_step);
}

void validate(const classification_options& options) {
  require(options.cutout >= 0 && options.cutout <= 1024, "cutout", options.cutout, "0 to 1024 pixels");
  require(is_finite_from(0, options.label_smoothing) && options.label_smoothing < 1, "label-smoothing",
          options.label_smoothing, "0 to less than 1");
  require(options.first_size >= 0 && options.first_size % size_step == 0, "first-size", options.first_size,
          "a multiple of 4 pixels");
  require(is_finite_from(0, options.distillation) && options.distillation <= 1, "distillation", options.distillation,
          "0 to 1");
  require(is_finite_from(1e-3, options.temperature), "temperature", options.temperature, "0.001 or more");
}

classification_task::classification_task(image_set images, image_set validation, classification_options options)
    : m_images(std::move(images)), m_validation(std::move(validation)), m_options(std::move(options)) {
  validate(m_options);
}

image_batch classification_task::batch_of(std::span<const std::int64_t> frames, std::uint64_t seed, int epoch) const {
  image_batch batch = m_options.augmented ? gather_augmented(m_images, frames, seed, epoch, m_options.cutout)
                                          : gather(m_images, frames);
  const std::int64_t side = m_options.size_in(epoch, m_images.height);
  if (side != m_images.height) batch.images = at::_upsample_bilinear2d_aa(batch.images, {side, side}, false);
  return batch;
}

torch::Tensor classification_task::loss_of(const image_batch& batch, const torch::Tensor& out) const {
  const torch::Tensor logs = torch::log_softmax(out, 1);
  torch::Tensor loss = torch::nll_loss(logs, batch.labels);
  if (m_options.label_smoothing > 0)
    loss = (1 - m_options.label_smoothing) * loss - m_options.label_smoothing * logs.mean();
  if (!m_options.teacher) return loss;
  const double t = m_options.temperature;
  const auto at_temperature = [&](const torch::Tensor& of) { return torch::log_softmax(of / t, 1); };
  torch::Tensor taught;
  {
    torch::NoGradGuard constant;
    taught = at_temperature(m_options.teacher->forward(batch.images, false));
  }
  const torch::Tensor distance = torch::kl_div(at_temperature(out), taught, torch::Reduction::Sum, true) *
                                 (t * t / static_cast<double>(out.size(0)));
  return (1 - m_options.distillation) * loss + m_options.distillation * distance;
}

image_task::outcome classification_task::loss(network_model& model, std::span<const std::int64_t> frames,
                                              std::uint64_t seed, int epoch) const {
  const image_batch batch = batch_of(frames, seed, epoch);
  const torch::Tensor out = model.forward(batch.images, true);
  return {loss_of(batch, out), (out.detach().argmax(1) == batch.labels).sum().item<std::int64_t>()};
}

std::string classification_task::log_values(network_model& model, double loss, double accuracy) const {
  return fmt::format(
      "{:.5f},{:.5f},{}", loss, accuracy,
      m_validation.frames() == 0 ? std::string() : fmt::format("{:.5f}", image_accuracy(model, m_validation)));
}

}  // namespace spillway
