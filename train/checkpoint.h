// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "spillway/train/network_model.h"

namespace torch::optim {
class Optimizer;
}

namespace spillway {

/// Where a training stands between two steps: all that the rest of it depends on, beside the data.
struct training_place {
  std::string recipe;     ///< what makes the network; two runs of one recipe are one run
  int epoch = 1;          ///< that is under way, from 1; epochs + 1 when all is done
  std::int64_t step = 0;  ///< of that epoch, that comes next
  double loss_sum = 0;    ///< over the steps of this epoch
  std::int64_t correct = 0;
  std::string log;  ///< lines of the epochs that are done
};

/// Writes a checkpoint, whole or not at all. `average` may be empty. Throws `io_error`; what stood at `path` is then
/// still there.
void save_checkpoint(const std::string& path, const training_place& place, const network_model& model,
                     const torch::optim::Optimizer& optimizer, const named_tensors& average = {});

/// Writes what a checkpoint learned and no more, for runs that start from it (`--from`): a run can't be resumed from
/// it. Tensors of at least `least_halved` elements are rounded to half precision, which is an eighth of what a
/// checkpoint holds of them. Throws as `save_checkpoint`.
void save_weights(const std::string& path, const training_place& place, const named_tensors& tensors);
constexpr std::int64_t least_halved = 4096;

/// A checkpoint's contents: the place, and tensors by name, those of the moving average likewise. Throws `io_error` if
/// it can't be read, `input_error` if it is none or truncated.
struct checkpoint {
  training_place place;
  named_tensors tensors, average;
  std::string bytes;  ///< of the file, from which the optimizer is read
};
checkpoint load_checkpoint(const std::string& path);

/// Puts the tensors into a model of the same graph and options, and the optimizer into its state. Throws `input_error`,
/// naming `path`, if they are those of another network, or if the file holds weights alone.
void restore(const checkpoint& from, const std::string& path, network_model& model, torch::optim::Optimizer& optimizer);

}  // namespace spillway
