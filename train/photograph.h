// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {

/// An 8-bit RGB image.
struct photograph {
  std::int64_t height = 0, width = 0;
  std::vector<std::uint8_t> pixels;  ///< [height, width, 3]
};

/// Reads a PNG or JPEG file, told apart by their first bytes; grey becomes RGB, and transparency white. Throws
/// `io_error` if the file can't be read, `input_error`, naming it, if it is neither, damaged, or above 2^26 pixels
/// (which is checked before they are allocated).
photograph read_photograph(const std::string& path);

/// Writes a PNG file, whole or not at all. Throws `io_error`.
void write_png(const std::string& path, const photograph& image);

}  // namespace spillway
