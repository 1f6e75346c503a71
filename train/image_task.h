// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <string>

#include "spillway/train/network_model.h"

namespace spillway {

/// What a network is trained to do: its images, its loss and its score.
class image_task {
 public:
  struct outcome {
    torch::Tensor loss;        ///< float32 scalar, the batch's mean
    std::int64_t correct = 0;  ///< images whose class is right, where there are classes
  };

  virtual ~image_task() = default;

  /// Images of an epoch.
  virtual std::int64_t frames() const = 0;

  /// Of these images of an epoch; what is done to an image depends on seed, epoch and its number alone.
  virtual outcome loss(network_model& model, std::span<const std::int64_t> frames, std::uint64_t seed,
                       int epoch) const = 0;

  virtual bool has_classes() const = 0;

  /// The log's columns, without epoch and rate: names, and an epoch's values from its mean loss and share of images
  /// that were right.
  virtual std::string log_names() const = 0;
  virtual std::string log_values(network_model& model, double loss, double accuracy) const = 0;
};

}  // namespace spillway
