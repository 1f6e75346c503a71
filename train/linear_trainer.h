// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "models/a2q.h"
#include "train/binary_images.h"

namespace spillway {

enum class training_method : unsigned char { qat, a2q };

/// The recipe of one network; docs/training.md says how the defaults were found.
struct training_options {
  training_method method = training_method::qat;
  weight_format format;
  std::int64_t classes = 10;
  std::uint64_t seed = 1;
  int epochs = 30;
  int warm_epochs = 0;  ///< A2Q: epochs of ordinary quantization, from the same seed, that it starts from
  int batch = 256;
  double learning_rate = 1e-3;        ///< of the weights v
  double scale_learning_rate = 1e-3;  ///< of the logarithms d and t
  double penalty = 1e-3;              ///< lambda of A2Q's sum of max(g - T, 0)

  /// Throws `config_error` that names the option, its value and what is legal.
  void validate() const;
};

/// What an epoch ended with.
struct epoch_report {
  int epoch = 0, epochs = 0;  ///< from 1
  double loss = 0;            ///< mean cross-entropy over the epoch, in nats
};

/// Trains `classes` linear classifiers of 0/1 images, without bias, by cross-entropy and Adam; returns what goes into
/// the file. One thread, and the same bits for the same options, images and C library.
///
/// `report`, if given, is called after each epoch; false stops the training, which then throws `error`.
/// Throws `error` if the loss is not finite (a lower learning rate is the way out).
quantized_weights train_linear(const binary_images& images, const training_options& options,
                               const std::function<bool(const epoch_report&)>& report = {});

/// The share, 0 to 1, of images whose greatest logit (the first of equals) is their label's.
double accuracy(const quantized_weights& network, const binary_images& images);

}  // namespace spillway
