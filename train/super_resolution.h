// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/train/image_task.h"

namespace spillway {

/// Images that are enlarged by this much, in both directions.
constexpr std::int64_t enlargement = 3;

/// An image, and what a network enlarges to it: both uint8 [3, h, w].
struct resolution_pair {
  std::string name;  ///< of the file
  torch::Tensor high, low;
};

/// Bicubic interpolation (a = -1/2) to another size, rounded to 8 bits; antialiased where it reduces: the kernel is as
/// many times wider. `image` is uint8 [3, h, w].
torch::Tensor resized(const torch::Tensor& image, std::int64_t height, std::int64_t width);

/// All PNG and JPEG files of a folder in the order of their names, reduced by `reduction` first. Sides are cut to a
/// multiple of 24 (in the middle), so that any network can take the whole low-resolution image. Throws `io_error` or
/// `input_error`, naming the file, for one that can't be read or has a side below `least_side` then.
std::vector<resolution_pair> read_resolution_pairs(const std::string& directory, int reduction,
                                                   std::int64_t least_side);

/// 10 log10(255^2 / mean squared difference) of two uint8 tensors of one shape, in dB; infinite if they are equal.
double psnr(const torch::Tensor& a, const torch::Tensor& b);

/// The same, of the model's outputs, clamped to [0, 1] and rounded to 8 bits, and of bicubic enlargement: each the mean
/// over images, over all pixels and colours of each.
double model_psnr(network_model& model, std::span<const resolution_pair> images);
double bicubic_psnr(std::span<const resolution_pair> images);

/// Three squares from the middle of an image, of `side` pixels or of its lesser side: enlarged bicubically, by the
/// model, and as it is. uint8 [3, side, 3 side].
torch::Tensor comparison(network_model& model, const resolution_pair& image, std::int64_t side);

/// Learns to enlarge by least squares, from random squares of images: `patches` an epoch, `side` pixels before they are
/// enlarged, mirrored and turned over at random.
class super_resolution_task : public image_task {
 public:
  super_resolution_task(std::vector<resolution_pair> training, std::vector<resolution_pair> test, std::int64_t patches,
                        std::int64_t side);

  std::int64_t frames() const override { return m_patches; }
  outcome loss(network_model& model, std::span<const std::int64_t> frames, std::uint64_t seed,
               int epoch) const override;
  bool has_classes() const override { return false; }
  std::string log_names() const override { return "loss,test_psnr"; }
  std::string log_values(network_model& model, double loss, double accuracy) const override;

  /// Low- and high-resolution squares, float32 [n, 3, side, side] and [n, 3, 3 side, 3 side], p / 255.
  std::pair<torch::Tensor, torch::Tensor> patches(std::span<const std::int64_t> frames, std::uint64_t seed,
                                                  int epoch) const;

 private:
  std::vector<resolution_pair> m_training, m_test;
  std::int64_t m_patches, m_side;
};

}  // namespace spillway
