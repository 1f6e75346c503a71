// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace spillway {

/// Labelled 8-bit images, [frames, channels, height, width].
struct image_set {
  std::int64_t channels = 3, height = 32, width = 32;
  std::vector<std::uint8_t> pixels;
  std::vector<std::int64_t> labels;  ///< one an image

  std::int64_t frames() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t frame_size() const { return channels * height * width; }

  /// Images first to last - 1.
  image_set slice(std::int64_t first, std::int64_t last) const;
};

/// A batch as the network reads it: pixels p as the float32 p / 255, which is what an exported file's input is.
struct image_batch {
  torch::Tensor images;  ///< float32 [n, c, h, w]
  torch::Tensor labels;  ///< int64 [n]
};

/// These images, as they are.
image_batch gather(const image_set& set, std::span<const std::int64_t> frames);

/// These images, each moved by -4 to 4 pixels in both directions (black comes in) and mirrored with probability 1/2.
/// With `cutout` above 0 a square of that side around a random pixel becomes black, as far as it is in the image.
/// What is done to an image depends on the seed, the epoch and its place in the set alone.
image_batch gather_augmented(const image_set& set, std::span<const std::int64_t> frames, std::uint64_t seed, int epoch,
                             int cutout = 0);

/// The numbers 0 to frames - 1 in the order of an epoch, which depends on the seed and the epoch alone.
std::vector<std::int64_t> epoch_order(std::int64_t frames, std::uint64_t seed, int epoch);

/// CIFAR-10's 50,000 training images (data_batch_1.bin to data_batch_5.bin) or its 10,000 test images (test_batch.bin),
/// from `directory`. Throws `io_error` or `input_error`, naming the file, if one is missing or wrong
/// (models/data/cifar.h).
image_set read_cifar10_training(const std::string& directory);
image_set read_cifar10_test(const std::string& directory);

/// MNIST's 60,000 training images (train-*) or its 10,000 test images (t10k-*), one channel of 28 x 28, from the IDX
/// files in `directory`. Throws likewise.
image_set read_mnist_training(const std::string& directory);
image_set read_mnist_test(const std::string& directory);

}  // namespace spillway
