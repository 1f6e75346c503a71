// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "spillway/models/data/dataset.h"

namespace spillway {

/// Images and labels in MNIST's IDX files, the last ones alone if `last` is not 0. Throws `input_error` for files that
/// do not belong together, `io_error` for those that can't be read.
dataset load_mnist(const std::filesystem::path& images, const std::filesystem::path& labels, const std::string& name,
                   std::int64_t last = 0);

/// The files of the test images and of the training images of a folder, by the names that they have had; nothing if
/// neither images nor labels are there.
using mnist_pair = std::pair<std::filesystem::path, std::filesystem::path>;
std::optional<mnist_pair> mnist_test_files(const std::filesystem::path& folder);
std::optional<mnist_pair> mnist_training_files(const std::filesystem::path& folder);

}  // namespace spillway
