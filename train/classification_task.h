// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "train/image_set.h"
#include "train/image_task.h"

namespace spillway {

/// Share of images whose greatest output is that of their label, 0 to 1; 0 without images.
double image_accuracy(network_model& model, const image_set& images);

/// Learns the labels of images by cross-entropy. `validation` may be empty.
class classification_task : public image_task {
 public:
  classification_task(image_set images, image_set validation, bool augmented);

  std::int64_t frames() const override { return m_images.frames(); }
  outcome loss(network_model& model, std::span<const std::int64_t> frames, std::uint64_t seed,
               int epoch) const override;
  bool has_classes() const override { return true; }
  std::string log_names() const override { return "loss,training_top1,validation_top1"; }
  std::string log_values(network_model& model, double loss, double accuracy) const override;

 private:
  image_set m_images, m_validation;
  bool m_augmented;
};

}  // namespace spillway
