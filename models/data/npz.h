// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "spillway/models/data/npy.h"

namespace spillway {

/// The arrays of a file of `numpy.savez` or `numpy.savez_compressed`, by their names. Throws `input_error`, naming the
/// file and the array, for what is none or is larger than 1 GiB in all; `io_error` if the file can't be read.
std::map<std::string, npy_array> read_npz(const std::string& path);

}  // namespace spillway
