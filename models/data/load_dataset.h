// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/npy.h"

namespace spillway {

/// The dataset of this name (see models/data/find_data.h), or in this folder or file if the text has a slash, is a
/// file's name ending in .npy, .npz, .pb or .bin, or is not the name of data but that of a folder. A folder holds
/// dataset.json with what it names, or the IDX files of MNIST's test set, or CIFAR-10's test_batch.bin; a .npy file
/// holds uint8, bool or floats [frames, ...], a .npz file such an array and one of integers [frames], the classes, a
/// .pb file one ONNX tensor of floats; a .npy and a .pb file have no labels; a .bin file is a batch of CIFAR-10.
/// docs/data-formats.md.
///
/// Behind a name or a folder of MNIST or CIFAR-10 `:train` means the training images, and `:validation` the last
/// `held_back` of them, which training did not see (`images_held_back`); `:test` is what it is without.
///
/// Throws `config_error` for an unknown name, and for `:validation` where nobody says how many, `input_error` for wrong
/// contents, `io_error` for a file that can't be read.
dataset load_dataset(const std::string& name_or_path, std::optional<std::int64_t> held_back = std::nullopt);

/// The frames in an array [frames, ...]: uint8 as pixels, one bit as bits, other integers as the real numbers that they
/// are. `what` is what messages call the array. Throws `input_error` for fewer than two dimensions and for integers
/// that no float32 is.
dataset dataset_of(const std::string& what, const std::string& name, npy_array array);

}  // namespace spillway
