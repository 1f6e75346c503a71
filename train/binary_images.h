// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace spillway {

/// Labelled 0/1 images, held as the positions of their ones.
struct binary_images {
  std::int64_t features = 0;
  std::vector<std::int64_t> offsets{0};  ///< image i has ones[offsets[i]] .. ones[offsets[i + 1] - 1]
  std::vector<std::int64_t> ones;        ///< 0 to features - 1, ascending within an image
  std::vector<std::int64_t> labels;      ///< one an image

  std::int64_t frames() const { return static_cast<std::int64_t>(labels.size()); }
  std::span<const std::int64_t> ones_of(std::int64_t frame) const;

  /// Appends an image; a pixel of at least `threshold` is a 1.
  void append(std::span<const std::uint8_t> pixels, int threshold, std::int64_t label);

  /// Images first to last - 1.
  binary_images slice(std::int64_t first, std::int64_t last) const;
};

/// The bytes of MNIST's images, 28 x 28 pixels each, and their labels. As `read_mnist`, which makes bits of them.
struct mnist_part {
  std::vector<std::uint8_t> pixels, labels;
};
mnist_part read_mnist_bytes(const std::string& directory, const std::string& part);

/// MNIST's training ("train") or test images ("t10k"), from the IDX files of that name in `directory`.
/// Throws `io_error` or `input_error`, naming the file, if one is missing, truncated, or no labelled images of 28 x 28.
binary_images read_mnist(const std::string& directory, const std::string& part, int threshold);

}  // namespace spillway
