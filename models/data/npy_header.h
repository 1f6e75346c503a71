// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// What the header of a NumPy file says of the bytes behind it.
struct npy_header {
  char kind = 'u';     ///< NumPy's letter: b bool, i signed, u unsigned, f float
  int item_bytes = 1;  ///< 1, 2, 4 or 8
  bool is_big_endian = false;
  std::vector<std::int64_t> shape;  ///< empty for a scalar
  std::size_t data_begins = 0;      ///< offset of the first element

  std::int64_t size() const;  ///< elements
};

/// Reads the header of a whole file's `content`. Throws `input_error`, naming `path`, unless it is one of version 1 to
/// 3 of an array of booleans, integers or floats in C order, without zero dimensions, whose elements are exactly the
/// rest of the file.
npy_header parse_npy_header(std::string_view content, const std::string& path);

/// A version 1 header for C order, little-endian; padded so that the elements start at a multiple of 64 bytes.
std::string npy_header_bytes(char kind, int item_bytes, const std::vector<std::int64_t>& shape);

}  // namespace spillway
