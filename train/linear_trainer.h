// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "spillway/models/quantize/a2q.h"
#include "spillway/train/binary_images.h"
#include "spillway/train/training_options.h"

namespace spillway {

/// Where training is.
struct epoch_report {
  int epoch = 0, epochs = 0;       ///< from 1
  double loss = 0;                 ///< mean cross-entropy over the epoch, in nats
  std::optional<double> accuracy;  ///< 0 to 1, on the images that were trained on
  double share = 1;                ///< of the epoch
};

/// `learning_rate` is that of weights at the epoch's start.
using linear_report = std::function<void(const epoch_report&, double learning_rate, const quantized_weights&)>;

/// Makes LibTorch use its portable kernels on one thread, so that the processor's vector unit has no say in the bits.
/// Before the first tensor of the process, or it is too late.
void use_portable_kernels();

/// Trains `classes` linear classifiers of 0/1 images, without bias, by cross-entropy and Adam; returns what goes into
/// the file, certified at P if the method is A2Q or A2Q+. The same options and images give the same bits.
///
/// Starts from v uniform in ±1/sqrt(K), drawn from the seed, for every method and P. Rates fall to 0 as the square of
/// the share of steps that is left. The order of images is drawn anew each epoch; a last batch that is not full is left
/// out. `report` is called after each epoch, with the integers as they are then.
/// Throws `config_error` for illegal options, no images or a label beyond the classes, `error` if training diverges.
quantized_weights train_linear(const binary_images& images, const training_options& options,
                               const linear_report& report = {});

}  // namespace spillway
