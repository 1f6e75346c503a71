// SPDX-License-Identifier: Apache-2.0
#include "train/linear_trainer.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/autograd.h>
#include <torch/optim/adam.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

#include "models/error.h"
#include "train/binary_linear.h"
#include "train/weight_quantizer.h"

namespace spillway {
namespace {

/// Random numbers that are the same in every C++ library: std::shuffle and std::uniform_* are not.
class seeded {
 public:
  explicit seeded(std::uint64_t seed) : m_bits(seed) {}

  double uniform() { return std::ldexp(static_cast<double>(m_bits() >> 11), -53); }  ///< [0, 1)

  void shuffle(std::vector<std::int64_t>& values) {
    for (auto i = values.size(); i > 1; --i) std::swap(values[i - 1], values[static_cast<std::size_t>(uniform() * static_cast<double>(i))]);
  }

 private:
  std::mt19937_64 m_bits;
};

torch::Tensor initial_weights(std::int64_t rows, std::int64_t columns, seeded& random) {
  const auto result = torch::empty({rows, columns}, torch::kDouble);
  const double bound = 1 / std::sqrt(static_cast<double>(columns));
  auto* data = result.data_ptr<double>();
  for (std::int64_t i = 0; i < rows * columns; ++i) data[i] = bound * (2 * random.uniform() - 1);
  return result;
}

struct labelled_batch {
  binary_batch images;
  torch::Tensor labels;
};

labelled_batch gather(const binary_images& images, std::span<const std::int64_t> order) {
  const auto frames = static_cast<std::int64_t>(order.size());
  std::int64_t count = 0;
  for (const auto i : order) count += images.offsets[static_cast<std::size_t>(i) + 1] - images.offsets[static_cast<std::size_t>(i)];
  labelled_batch batch{{torch::empty(frames + 1, torch::kInt64), torch::empty(count, torch::kInt64)},
                       torch::empty(frames, torch::kInt64)};
  auto* offset = batch.images.offsets.data_ptr<std::int64_t>();
  auto* one = batch.images.ones.data_ptr<std::int64_t>();
  auto* label = batch.labels.data_ptr<std::int64_t>();
  *offset++ = 0;
  std::int64_t filled = 0;
  for (const auto i : order) {
    const auto from = images.offsets[static_cast<std::size_t>(i)], to = images.offsets[static_cast<std::size_t>(i) + 1];
    std::copy(images.ones.begin() + from, images.ones.begin() + to, one + filled);
    filled += to - from;
    *offset++ = filled;
    *label++ = images.labels[static_cast<std::size_t>(i)];
  }
  return batch;
}

/// Cosine from 1 to 0 over the whole training.
double rate_factor(std::int64_t step, std::int64_t steps) {
  return 0.5 * (1 + std::cos(std::numbers::pi * static_cast<double>(step) / static_cast<double>(steps)));
}

void set_rate(torch::optim::Adam& adam, std::size_t group, double rate) {
  static_cast<torch::optim::AdamOptions&>(adam.param_groups()[group].options()).lr(rate);
}

template <typename Quantizer>
void fit(Quantizer& quantizer, const binary_images& images, const training_options& options, int epochs, seeded& random,
         const std::function<bool(const epoch_report&)>& report) {
  using torch::optim::AdamOptions;
  using torch::optim::OptimizerParamGroup;
  torch::optim::Adam adam(
      {OptimizerParamGroup({quantizer.v}, std::make_unique<AdamOptions>(options.learning_rate)),
       OptimizerParamGroup(quantizer.scales(), std::make_unique<AdamOptions>(options.scale_learning_rate))},
      AdamOptions(options.learning_rate));
  std::vector<std::int64_t> order(static_cast<std::size_t>(images.frames()));
  std::iota(order.begin(), order.end(), 0);
  const auto batch = std::min(static_cast<std::size_t>(options.batch), order.size());
  const auto batches = order.size() / batch;
  const auto steps = static_cast<std::int64_t>(batches) * epochs;
  std::int64_t step = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    random.shuffle(order);
    double loss_sum = 0;
    for (std::size_t i = 0; i < batches; ++i, ++step) {
      const auto part = gather(images, std::span(order).subspan(i * batch, batch));
      const auto [q, scale] = quantizer.forward();
      const auto logits = binary_linear(part.images, q) * scale.t();
      const auto loss = -torch::log_softmax(logits, 1).gather(1, part.labels.unsqueeze(1)).mean();
      adam.zero_grad();
      (loss + options.penalty * quantizer.penalty()).backward();
      set_rate(adam, 0, options.learning_rate * rate_factor(step, steps));
      set_rate(adam, 1, options.scale_learning_rate * rate_factor(step, steps));
      adam.step();
      loss_sum += loss.template item<double>();
    }
    const double mean = loss_sum / static_cast<double>(batches);
    if (!std::isfinite(mean)) {
      throw error(fmt::format("training diverged: the loss is {} after epoch {}; a lower learning rate than {} may help",
                              mean, epoch, options.learning_rate));
    }
    if (report && !report({epoch, epochs, mean})) throw error(fmt::format("training was stopped in epoch {}", epoch));
  }
}

}  // namespace

quantized_weights train_linear(const binary_images& images, const training_options& options,
                               const std::function<bool(const epoch_report&)>& report) {
  options.validate();
  at::set_num_threads(1);
  seeded random(options.seed);
  auto qat = qat_quantizer::from_weights(initial_weights(options.classes, images.features, random), options.format);
  if (options.method == training_method::qat) {
    fit(qat, images, options, options.epochs, random, report);
    return qat.integers();
  }
  if (options.warm_epochs > 0) fit(qat, images, options, options.warm_epochs, random, report);
  auto a2q = a2q_quantizer::from_weights(qat.v, options.format);
  fit(a2q, images, options, options.epochs, random, report);
  return a2q.integers();
}

}  // namespace spillway
