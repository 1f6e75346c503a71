// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/models/data/dataset.h"

namespace spillway {

/// What the dataset.json of a bit-packed dataset says in words.
struct bit_packed_description {
  std::string name, description, source, attribution;
  int threshold = 128;  ///< a pixel of at least this much is a 1
};

/// Writes a bit-packed dataset into `directory` (made if it is not there): images.npy (uint8 [frames,
/// ceil(features / 8)], the first feature in the most significant bit, as numpy.packbits does), labels.npy (uint8
/// [frames]) and, last, dataset.json with their SHA-256. From an IDX file of images and one of labels.
/// Throws `input_error` or `io_error`; `config_error` unless the threshold is 1 to 255 and the name is not empty.
void save_bit_packed(const std::string& images_idx, const std::string& labels_idx,
                     const bit_packed_description& description, const std::string& directory);

/// Reads it back, with every shape and checksum checked. Also 8 bits a feature: images.npy is then uint8 [frames,
/// features]. Throws `input_error` or `io_error`.
dataset load_described_dataset(const std::string& directory);

}  // namespace spillway
