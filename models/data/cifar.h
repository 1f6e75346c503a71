// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "spillway/models/data/dataset.h"

namespace spillway {

/// A batch of CIFAR-10's binary version (data_batch_1.bin, test_batch.bin): records of one label byte, 0 to 9, and 3072
/// bytes: 32 x 32 pixels, all red ones first, then green and blue. https://www.cs.toronto.edu/~kriz/cifar.html
///
/// The dataset has 8-bit pixels [frames, 3 * 32 * 32] and is named after the file. Throws `input_error`, naming the
/// file, for a size that is no whole number of records and for other labels; `io_error` if it can't be read.
dataset read_cifar_batch(const std::string& path);

/// How many records such a file has, by its size. Throws as `read_cifar_batch` does for the size and the file.
std::int64_t count_cifar_records(const std::string& path);

}  // namespace spillway
