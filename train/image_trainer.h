// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "spillway/train/checkpoint.h"
#include "spillway/train/image_set.h"
#include "spillway/train/image_task.h"
#include "spillway/train/image_training.h"
#include "spillway/train/linear_trainer.h"
#include "spillway/train/network_model.h"
#include "spillway/train/weight_average.h"

namespace spillway {

/// Trains a network on images. On one machine, with one number of threads, the same recipe and images give the same
/// bits, interrupted or not: order and augmentation of an epoch follow from seed and epoch, and a checkpoint has all
/// the rest.
class image_trainer {
 public:
  /// Throws `config_error` for an illegal recipe or fewer images than a batch.
  image_trainer(network_model& model, const image_training& training, std::unique_ptr<image_task> task);

  /// A classifier's. `validation` may be empty. Throws `config_error` for an illegal recipe or fewer images than a
  /// batch.
  image_trainer(network_model& model, const image_training& training, image_set images, image_set validation);
  ~image_trainer();
  image_trainer(const image_trainer&) = delete;
  image_trainer& operator=(const image_trainer&) = delete;

  /// Checkpoints go to `path`, every `pause` and after each epoch, and the log to `log_path` after each epoch; `recipe`
  /// says what they are of. Call before `run`.
  void keep_checkpoints(std::string path, std::string log_path, std::string recipe, std::chrono::seconds pause);

  /// Goes on from the checkpoint at the path. Throws as `load_checkpoint` and `restore`, and `config_error` if it is of
  /// another recipe.
  void resume();

  /// With an average of weights, scores after each epoch are the average's, and so is the model in the end.
  ///
  /// Trains to the end and returns true, or until `stop`, asked after each step, says so: then the checkpoint has all
  /// that was done. Throws `error` if training diverges; the last checkpoint is from before.
  bool run(const std::function<void(const epoch_report&)>& report = {}, const std::function<bool()>& stop = {});

  /// A line for each epoch that is done: epoch, the task's values (a classifier's: mean loss, top-1 on the (augmented)
  /// training images and on the validation images), first rate of the epoch; separated by commas, with a line of names
  /// first.
  std::string log() const;

 private:
  class optimizer;

  bool run_epoch(const std::function<void(const epoch_report&)>& report, const std::function<bool()>& stop);
  void run_step(std::span<const std::int64_t> frames, std::int64_t steps);
  void end_epoch(std::int64_t steps);
  void save() const;

  network_model& m_model;
  image_training m_training;
  std::unique_ptr<image_task> m_task;
  std::unique_ptr<optimizer> m_optimizer;
  std::optional<weight_average> m_average;
  training_place m_place;
  std::string m_path, m_log_path;
  std::chrono::seconds m_pause{600};
};

}  // namespace spillway
