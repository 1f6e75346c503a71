// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/binary_images.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "spillway/models/data/idx.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {

std::span<const std::int64_t> binary_images::ones_of(std::int64_t frame) const {
  const auto at = static_cast<std::size_t>(frame);
  return std::span(ones).subspan(static_cast<std::size_t>(offsets[at]),
                                 static_cast<std::size_t>(offsets[at + 1] - offsets[at]));
}

void binary_images::append(std::span<const std::uint8_t> pixels, int threshold, std::int64_t label) {
  features = static_cast<std::int64_t>(pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i)
    if (pixels[i] >= threshold) ones.push_back(static_cast<std::int64_t>(i));
  offsets.push_back(static_cast<std::int64_t>(ones.size()));
  labels.push_back(label);
}

binary_images binary_images::slice(std::int64_t first, std::int64_t last) const {
  binary_images result;
  result.features = features;
  for (std::int64_t frame = first; frame < last; ++frame) {
    const auto from = ones_of(frame);
    result.ones.insert(result.ones.end(), from.begin(), from.end());
    result.offsets.push_back(static_cast<std::int64_t>(result.ones.size()));
    result.labels.push_back(labels[static_cast<std::size_t>(frame)]);
  }
  return result;
}

mnist_part read_mnist_bytes(const std::string& directory, const std::string& part) {
  namespace fs = std::filesystem;
  const std::string images_path = (fs::path(directory) / (part + "-images-idx3-ubyte")).string();
  const std::string labels_path = (fs::path(directory) / (part + "-labels-idx1-ubyte")).string();
  idx_array images = read_idx(images_path), labels = read_idx(labels_path);
  if (images.shape.size() != 3 || images.shape[0] < 1 || images.shape[1] != 28 || images.shape[2] != 28)
    throw input_error(fmt::format("{}: shape [{}] is not that of MNIST's images, [n, 28, 28]", shown_path(images_path),
                                  fmt::join(images.shape, ", ")));
  if (labels.shape.size() != 1 || labels.shape[0] != images.shape[0])
    throw input_error(fmt::format("{}: shape [{}] is not one label for each of {} images", shown_path(labels_path),
                                  fmt::join(labels.shape, ", "), images.shape[0]));
  for (std::size_t i = 0; i < labels.bytes.size(); ++i)
    if (labels.bytes[i] > 9)
      throw input_error(
          fmt::format("{}: label {} of image {} is not a digit 0 to 9", shown_path(labels_path), labels.bytes[i], i));
  return {std::move(images.bytes), std::move(labels.bytes)};
}

binary_images read_mnist(const std::string& directory, const std::string& part, int threshold) {
  constexpr std::size_t features = 28 * 28;
  const mnist_part from = read_mnist_bytes(directory, part);
  binary_images result;
  for (std::size_t i = 0; i < from.labels.size(); ++i)
    result.append(std::span(from.pixels).subspan(i * features, features), threshold, from.labels[i]);
  return result;
}

}  // namespace spillway
