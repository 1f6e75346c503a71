// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/npy.h"

namespace spillway {

/// The classes in an array of integers, [frames] or [frames, 1]. Throws `input_error`, naming `what`, for another
/// shape, for reals, or for a class below 0 or beyond 2^31 - 1.
std::vector<int> labels_of(const npy_array& array, const std::string& what);

/// Gives a data set the classes in a .npy file, one a frame of all of it (before frames are selected), in the place of
/// those that it has. Throws as `labels_of` and `read_npy`, and `input_error` if there are more or fewer than frames.
void read_labels(dataset& data, const std::string& path);

}  // namespace spillway
