// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "spillway/train/image_set.h"
#include "spillway/train/image_task.h"

namespace spillway {

/// Share of images whose greatest output is that of their label, 0 to 1; 0 without images.
double image_accuracy(network_model& model, const image_set& images);

/// How labels are learned, beyond plain cross-entropy.
struct classification_options {
  bool augmented = true;
  int cutout = 0;              ///< side of the square that augmentation makes black; 0: none
  double label_smoothing = 0;  ///< share of the target that all classes have alike
  /// Images begin with this side, grow by 4 pixels at a time and are as they are in the last third of `epochs`; 0: they
  /// are so from the start.
  std::int64_t first_size = 0;
  int epochs = 1;
  /// Its outputs are learned, too, if there is one: `distillation` is the share of that in the loss.
  std::shared_ptr<network_model> teacher = nullptr;
  double distillation = 0.5, temperature = 4;

  /// The side of images in an epoch (from 1) of those with side `size`.
  std::int64_t size_in(int epoch, std::int64_t size) const;
};

/// Throws `config_error` that names the option, its value and what is legal.
void validate(const classification_options& options);

/// Learns the labels of images by cross-entropy, and a teacher's outputs by the divergence of the probabilities at the
/// temperature T, times T^2, so that its gradient does not depend on T (Hinton, Vinyals, Dean 2015). `validation` may
/// be empty.
class classification_task : public image_task {
 public:
  classification_task(image_set images, image_set validation, classification_options options);

  std::int64_t frames() const override { return m_images.frames(); }
  outcome loss(network_model& model, std::span<const std::int64_t> frames, std::uint64_t seed,
               int epoch) const override;
  bool has_classes() const override { return true; }
  std::string log_names() const override { return "loss,training_top1,validation_top1"; }
  std::string log_values(network_model& model, double loss, double accuracy) const override;

 private:
  image_batch batch_of(std::span<const std::int64_t> frames, std::uint64_t seed, int epoch) const;
  torch::Tensor loss_of(const image_batch& batch, const torch::Tensor& out) const;

  image_set m_images, m_validation;
  classification_options m_options;
};

}  // namespace spillway
