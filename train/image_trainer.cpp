// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/image_trainer.h"

#include <fmt/format.h>
#include <torch/autograd.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>

#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/train/classification_task.h"
#include "spillway/train/option_checks.h"

namespace spillway {

/// SGD or Adam, with rates and decays for weights, for other parameters, and for the logarithms of scales.
class image_trainer::optimizer {
 public:
  optimizer(const model_parameters& parameters, const image_training& training)
      : m_rates{training.learning_rate, training.learning_rate, training.scale_learning_rate} {
    std::vector<torch::optim::OptimizerParamGroup> groups;
    const auto add = [&](const std::vector<torch::Tensor>& of, double rate, double decay) {
      if (training.optimizer == optimizer_kind::adam)
        groups.emplace_back(
            of, std::make_unique<torch::optim::AdamOptions>(torch::optim::AdamOptions(rate).weight_decay(decay)));
      else
        groups.emplace_back(of, std::make_unique<torch::optim::SGDOptions>(
                                    torch::optim::SGDOptions(rate).momentum(training.momentum).weight_decay(decay)));
    };
    add(parameters.weights, m_rates[0], training.weight_decay);
    add(parameters.others, m_rates[1], 0);
    add(parameters.scales, m_rates[2], 0);
    if (training.optimizer == optimizer_kind::adam)
      m_torch = std::make_unique<torch::optim::Adam>(groups, torch::optim::AdamOptions(m_rates[0]));
    else
      m_torch = std::make_unique<torch::optim::SGD>(groups, torch::optim::SGDOptions(m_rates[0]));
  }

  void step(const torch::Tensor& loss, double rate_factor) {
    m_torch->zero_grad();
    loss.backward();
    for (std::size_t i = 0; i < m_rates.size(); ++i)
      m_torch->param_groups()[i].options().set_lr(m_rates[i] * rate_factor);
    m_torch->step();
  }

  torch::optim::Optimizer& torch() { return *m_torch; }

 private:
  std::array<double, 3> m_rates;
  std::unique_ptr<torch::optim::Optimizer> m_torch;
};

image_trainer::image_trainer(network_model& model, const image_training& training, std::unique_ptr<image_task> task)
    : m_model(model), m_training(training), m_task(std::move(task)) {
  validate(training);
  if (m_task->frames() < training.batch)
    throw config_error(fmt::format("batch = {}, but there are {} images to train on; right: at most as many",
                                   training.batch, m_task->frames()));
  m_optimizer = std::make_unique<optimizer>(model.parameters(), training);
  if (training.average != 0) m_average.emplace(model, training.average);
}

image_trainer::image_trainer(network_model& model, const image_training& training, image_set images,
                             image_set validation)
    : image_trainer(model, training,
                    std::make_unique<classification_task>(std::move(images), std::move(validation),
                                                          classification_options{.augmented = training.augmented})) {}

image_trainer::~image_trainer() = default;

void image_trainer::keep_checkpoints(std::string path, std::string log_path, std::string recipe,
                                     std::chrono::seconds pause) {
  m_path = std::move(path);
  m_log_path = std::move(log_path);
  m_place.recipe = std::move(recipe);
  m_pause = pause;
}

void image_trainer::save() const {
  if (m_path.empty()) return;
  // In the end the model is the average.
  const bool averages = m_average && m_place.epoch <= m_training.epochs;
  save_checkpoint(m_path, m_place, m_model, m_optimizer->torch(), averages ? m_average->state() : named_tensors());
}

void image_trainer::resume() {
  const checkpoint from = load_checkpoint(m_path);
  if (from.place.recipe != m_place.recipe)
    throw config_error(fmt::format("{} is a checkpoint of `{}`, not of `{}`; right: another output, or --restart",
                                   shown_path(m_path), from.place.recipe, m_place.recipe));
  restore(from, m_path, m_model, m_optimizer->torch());
  if (m_average && from.place.epoch <= m_training.epochs) m_average->restore(from.average);
  m_place = from.place;
}

std::string image_trainer::log() const {
  return fmt::format("epoch,{},learning_rate\n", m_task->log_names()) + m_place.log;
}

void image_trainer::run_step(std::span<const std::int64_t> frames, std::int64_t steps) {
  const auto [loss, correct] = m_task->loss(m_model, frames, m_training.seed, m_place.epoch);
  m_place.loss_sum += static_cast<double>(loss.item<float>());
  if (!std::isfinite(m_place.loss_sum)) throw input_error("the loss is not finite");
  m_place.correct += correct;
  const double factor = m_training.rate_factor(m_place.epoch, m_place.step, steps);
  m_optimizer->step(loss.to(torch::kDouble) + m_training.penalty * m_model.penalty(), factor);
  if (m_average) m_average->update(m_model, (m_place.epoch - 1) * steps + m_place.step + 1);
}

void image_trainer::end_epoch(std::int64_t steps) {
  if (m_average) m_average->swap(m_model);
  const double seen = static_cast<double>(steps * m_training.batch);
  m_place.log += fmt::format("{},{},{:.6g}\n", m_place.epoch,
                             m_task->log_values(m_model, m_place.loss_sum / static_cast<double>(steps),
                                                static_cast<double>(m_place.correct) / seen),
                             m_training.learning_rate * m_training.rate_factor(m_place.epoch, 0, steps));
  ++m_place.epoch;
  m_place.step = 0;
  m_place.loss_sum = 0;
  m_place.correct = 0;
  if (m_average && m_place.epoch <= m_training.epochs) m_average->swap(m_model);
  save();
  if (!m_log_path.empty()) write_file_atomically(m_log_path, log());
}

bool image_trainer::run_epoch(const std::function<void(const epoch_report&)>& report,
                              const std::function<bool()>& stop) {
  using clock = std::chrono::steady_clock;
  const auto order = epoch_order(m_task->frames(), m_training.seed, m_place.epoch);
  // A last batch that is not full is left out.
  const std::int64_t batch = m_training.batch, steps = m_task->frames() / batch;
  clock::time_point saved = clock::now();
  while (m_place.step < steps) {
    run_step(std::span(order).subspan(static_cast<std::size_t>(m_place.step * batch), static_cast<std::size_t>(batch)),
             steps);
    ++m_place.step;
    if (report) {
      const auto done = static_cast<double>(m_place.step);
      std::optional<double> accuracy;
      if (m_task->has_classes()) accuracy = static_cast<double>(m_place.correct) / (done * static_cast<double>(batch));
      report({m_place.epoch, m_training.epochs, m_place.loss_sum / done, accuracy, done / static_cast<double>(steps)});
    }
    if (m_place.step == steps) break;
    const bool stops = stop && stop();
    if (stops || clock::now() - saved >= m_pause) {
      save();
      saved = clock::now();
    }
    if (stops) return false;
  }
  end_epoch(steps);
  return !stop || !stop();
}

bool image_trainer::run(const std::function<void(const epoch_report&)>& report, const std::function<bool()>& stop) {
  try {
    while (m_place.epoch <= m_training.epochs)
      if (!run_epoch(report, stop)) break;
    return m_place.epoch > m_training.epochs;
  } catch (const input_error& e) {
    refuse_divergence(fmt::format("epoch {}, step {}", m_place.epoch, m_place.step + 1), e.what(),
                      m_training.learning_rate, m_training.scale_learning_rate);
  }
}

}  // namespace spillway
