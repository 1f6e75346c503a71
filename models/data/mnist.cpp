// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/mnist.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "spillway/models/data/idx.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/is_there.h"

namespace spillway {

namespace {

namespace fs = std::filesystem;

std::optional<mnist_pair> files_of(const fs::path& folder, const char* prefix) {
  for (const char separator : {'-', '.'}) {
    const fs::path images = folder / fmt::format("{}-images{}idx3-ubyte", prefix, separator);
    const fs::path labels = folder / fmt::format("{}-labels{}idx1-ubyte", prefix, separator);
    if (is_there(images) || is_there(labels)) return mnist_pair(images, labels);
  }
  return std::nullopt;
}

/// [frames, features] of the last images.
integer_tensor flat(const idx_array& images, std::int64_t last) {
  const std::int64_t frames = images.shape[0], features = static_cast<std::int64_t>(images.bytes.size()) / frames;
  integer_tensor tensor = integer_tensor::zeros(unsigned_type(8), {last, features});
  std::copy(images.bytes.begin() + (frames - last) * features, images.bytes.end(), tensor.words.begin());
  return tensor;
}

}  // namespace

dataset load_mnist(const fs::path& images_path, const fs::path& labels_path, const std::string& name,
                   std::int64_t last) {
  const idx_array images = read_idx(images_path.string()), labels = read_idx(labels_path.string());
  if (images.shape.size() != 3)
    throw input_error(
        fmt::format("{}: has {} dimensions; images have 3", shown_path(images_path.string()), images.shape.size()));
  if (labels.shape.size() != 1 || labels.shape[0] != images.shape[0])
    throw input_error(fmt::format("{}: shape [{}] is not one label for each of the {} images",
                                  shown_path(labels_path.string()), fmt::join(labels.shape, ", "), images.shape[0]));
  const std::int64_t frames = images.shape[0], count = last > 0 ? std::min(last, frames) : frames;
  dataset data{name, flat(images, count), {labels.bytes.end() - count, labels.bytes.end()}};
  data.first_frame = frames - count;
  return data;
}

std::optional<mnist_pair> mnist_test_files(const fs::path& folder) { return files_of(folder, "t10k"); }
std::optional<mnist_pair> mnist_training_files(const fs::path& folder) { return files_of(folder, "train"); }

}  // namespace spillway
