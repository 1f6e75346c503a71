// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/linear_trainer.h"

#include <fmt/format.h>
#include <torch/autograd.h>
#include <torch/optim/adam.h>

#include <cmath>
#include <cstdlib>
#include <numeric>
#include <random>
#include <utility>

#include "spillway/models/support/error.h"
#include "spillway/train/binary_linear.h"
#include "spillway/train/cyclic_activation.h"
#include "spillway/train/option_checks.h"
#include "spillway/train/threads.h"
#include "spillway/train/tiled_quantizer.h"
#include "spillway/train/weight_quantizer.h"

namespace spillway {
namespace {

/// Random numbers that are the same in every C++ library: std::shuffle and std::uniform_real_distribution are not.
class mersenne_random {
 public:
  explicit mersenne_random(std::uint64_t seed) : m_bits(seed) {}

  /// [0, 1), 53 bits
  double uniform() { return std::ldexp(static_cast<double>(m_bits() >> 11), -53); }

  void shuffle(std::vector<std::int64_t>& values) {
    for (std::size_t i = values.size(); i > 1; --i)
      std::swap(values[i - 1], values[static_cast<std::size_t>(uniform() * static_cast<double>(i))]);
  }

 private:
  std::mt19937_64 m_bits;
};

torch::Tensor initial_weights(std::int64_t rows, std::int64_t columns, mersenne_random& random) {
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

torch::Tensor tensor_of(const std::vector<std::int64_t>& values) {
  const auto result = torch::empty(static_cast<std::int64_t>(values.size()), torch::kInt64);
  std::copy(values.begin(), values.end(), result.data_ptr<std::int64_t>());
  return result;
}

labelled_batch gather(const binary_images& images, std::span<const std::int64_t> frames) {
  std::vector<std::int64_t> offsets{0}, ones, labels;
  for (const std::int64_t frame : frames) {
    const auto from = images.ones_of(frame);
    ones.insert(ones.end(), from.begin(), from.end());
    offsets.push_back(static_cast<std::int64_t>(ones.size()));
    labels.push_back(images.labels[static_cast<std::size_t>(frame)]);
  }
  return {{tensor_of(offsets), tensor_of(ones)}, tensor_of(labels)};
}

struct batch_loss {
  torch::Tensor cross_entropy, penalty;
};

template <typename Quantizer>
batch_loss losses(const Quantizer& quantizer, const labelled_batch& batch, const training_options& options) {
  const quantized_tensor weights = quantizer.forward();
  const auto sums = binary_linear(batch.images, weights.integers);
  const auto logits = (options.wrapnet ? cyclic_activation(sums, *options.wrapnet) : sums) * weights.scale.t();
  return {-torch::log_softmax(logits, 1).gather(1, batch.labels.unsqueeze(1)).mean(),
          options.wrapnet ? options.wrapnet->penalty * overflow_penalty(sums, *options.wrapnet)
                          : options.penalty * quantizer.penalty()};
}

/// Random weights sum to about 0.4 times their norm on these images: with integers of this scale they start inside.
void start_inside(const torch::Tensor& v, const torch::Tensor& d, const wrapnet_options& wrapnet) {
  const torch::NoGradGuard no_gradient;
  const double half_range = std::ldexp(1.0, wrapnet.accumulator_bits - 1);
  d.copy_(torch::maximum(d, torch::log2(v.pow(2).sum(1, true).sqrt() * (2 / half_range))));
}

/// Adam with one rate for the weights and one for the logarithms of scales and norms.
class scheduled_adam {
 public:
  scheduled_adam(const torch::Tensor& weights, const std::vector<torch::Tensor>& scales,
                 const training_options& options)
      : m_rates{options.learning_rate, options.scale_learning_rate},
        m_adam({group({weights}, m_rates[0]), group(scales, m_rates[1])}, torch::optim::AdamOptions(m_rates[0])) {}

  void step(const torch::Tensor& loss, double rate_factor) {
    m_adam.zero_grad();
    loss.backward();
    for (std::size_t i = 0; i < 2; ++i)
      static_cast<torch::optim::AdamOptions&>(m_adam.param_groups()[i].options()).lr(m_rates[i] * rate_factor);
    m_adam.step();
  }

 private:
  static torch::optim::OptimizerParamGroup group(const std::vector<torch::Tensor>& parameters, double rate) {
    return {parameters, std::make_unique<torch::optim::AdamOptions>(rate)};
  }

  double m_rates[2];
  torch::optim::Adam m_adam;
};

/// Rates fall with the square of the share of steps that is left.
double rate_factor(double steps_done, double steps) {
  const double left = 1 - steps_done / steps;
  return left * left;
}

/// One pass over the images in a new order; returns the mean loss.
template <typename Quantizer>
double train_epoch(const Quantizer& quantizer, scheduled_adam& adam, const binary_images& images,
                   std::vector<std::int64_t>& order, const training_options& options, int epoch) {
  const std::size_t batch = std::min(static_cast<std::size_t>(options.batch), order.size());
  const std::size_t batches = order.size() / batch;
  const double steps = static_cast<double>(batches) * options.epochs;
  double loss_sum = 0;
  for (std::size_t i = 0; i < batches; ++i) {
    const auto loss = losses(quantizer, gather(images, std::span(order).subspan(i * batch, batch)), options);
    loss_sum += loss.cross_entropy.template item<double>();
    if (!std::isfinite(loss_sum)) throw input_error("the loss is not finite");
    adam.step(loss.cross_entropy + loss.penalty,
              rate_factor(static_cast<double>(batches) * (epoch - 1) + static_cast<double>(i), steps));
  }
  return loss_sum / static_cast<double>(batches);
}

template <typename Quantizer>
quantized_weights fit(Quantizer quantizer, const binary_images& images, const training_options& options,
                      mersenne_random& random, const linear_report& report) {
  scheduled_adam adam(quantizer.v, quantizer.scales(), options);
  std::vector<std::int64_t> order(static_cast<std::size_t>(images.frames()));
  std::iota(order.begin(), order.end(), 0);
  int epoch = 1;
  try {
    for (; epoch <= options.epochs; ++epoch) {
      random.shuffle(order);
      const double loss = train_epoch(quantizer, adam, images, order, options, epoch);
      const double rate = options.learning_rate * rate_factor(epoch - 1, options.epochs);
      if (report) report({epoch, options.epochs, loss, {}, 1}, rate, quantizer.integers());
    }
    return quantizer.integers();
  } catch (const input_error& e) {
    refuse_divergence(fmt::format("epoch {}", std::min(epoch, options.epochs)), e.what(), options.learning_rate,
                      options.scale_learning_rate);
  }
}

void check_labels(const binary_images& images, std::int64_t classes) {
  if (images.frames() == 0) throw config_error("there are no images to train on; right: at least one");
  for (std::size_t i = 0; i < images.labels.size(); ++i)
    if (images.labels[i] < 0 || images.labels[i] >= classes)
      throw config_error(
          fmt::format("label {} of image {} is no class; right: 0 to {}", images.labels[i], i, classes - 1));
}

}  // namespace

void use_portable_kernels() {
  ::setenv("ATEN_CPU_CAPABILITY", "default", 1);
  set_threads(1);
}

quantized_weights train_linear(const binary_images& images, const training_options& options,
                               const linear_report& report) {
  validate(options);
  check_labels(images, options.classes);
  mersenne_random random(options.seed);
  const auto start = initial_weights(options.classes, images.features, random);
  if (options.format.method == weight_method::qat) {
    const auto quantizer = qat_quantizer::from_weights(start, options.format);
    if (options.wrapnet) start_inside(quantizer.v, quantizer.d, *options.wrapnet);
    return fit(quantizer, images, options, random, report);
  }
  if (options.tile > 0)
    return fit(tiled_quantizer::from_weights(start, options.format, options.tile, options.start), images, options,
               random, report);
  return fit(a2q_quantizer::from_weights(start, options.format, options.start), images, options, random, report);
}

}  // namespace spillway
