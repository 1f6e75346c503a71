// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "spillway/models/data/dataset.h"
#include "spillway/models/network/network.h"

namespace spillway {

/// A data set's name with the part of it that is meant.
struct data_split {
  enum class part : unsigned char {
    test,        ///< `NAME` and `NAME:test`
    train,       ///< `NAME:train`: all training images
    validation,  ///< `NAME:validation`: those that training held back, the last ones of them
  };
  std::string set;
  part of = part::test;
};

/// Reads `NAME`, `NAME:test`, `NAME:train`, `NAME:validation`.
data_split parse_data_split(const std::string& text);

/// The training images of MNIST (train-images-idx3-ubyte and its labels) or of CIFAR-10 (data_batch_1.bin to
/// data_batch_5.bin) in a folder, with their numbers; the last ones alone if `last` is not 0. Throws `input_error` for
/// a folder without such files, `config_error` for more than there are.
dataset load_training_images(const std::filesystem::path& folder, std::int64_t last);

/// How many images training held back for validation, by the metadata of the file that it wrote (`--validate N` of
/// spillway.training.command); nothing where the file does not say it.
std::optional<std::int64_t> images_held_back(const network& file);

/// The name of the images that training held back, by the file's metadata: "cifar10:validation", "mnist:validation".
/// Nothing where the file says neither of what, nor how many.
std::optional<std::string> validation_of(const network& file);

}  // namespace spillway
