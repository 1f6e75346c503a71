// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {

/// The array of an IDX file of unsigned bytes, which is what MNIST's files are. Row-major.
struct idx_array {
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> bytes;
};

/// Reads an IDX file: two zero bytes, the element type (8: unsigned byte), the number of dimensions, each dimension as
/// a big-endian 32-bit integer, the elements. http://yann.lecun.com/exdb/mnist/
///
/// Throws `input_error`, naming the file and what is wrong with it, unless it holds exactly the bytes that its header
/// announces; `io_error` if it can't be read.
idx_array read_idx(const std::string& path);

}  // namespace spillway
