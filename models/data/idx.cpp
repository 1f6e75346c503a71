// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/idx.h"

#include <fmt/format.h>

#include <string_view>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"

namespace spillway {
namespace {

std::string_view type_name(int code) {
  switch (code) {
    case 0x08:
      return "unsigned bytes";
    case 0x09:
      return "signed bytes";
    case 0x0b:
      return "16-bit integers";
    case 0x0c:
      return "32-bit integers";
    case 0x0d:
      return "32-bit floats";
    case 0x0e:
      return "64-bit floats";
    default:
      return {};
  }
}

class idx_reader {
 public:
  idx_reader(const std::string& path, std::string_view content) : m_path(path), m_content(content) {}

  idx_array read() const {
    const int dimensions = checked_dimensions();
    idx_array result;
    std::int64_t size = 1;
    for (int d = 0; d < dimensions; ++d) {
      result.shape.push_back(big_endian(4 + 4 * static_cast<std::size_t>(d)));
      if (result.shape.back() == 0) refuse(fmt::format("dimension {} is 0; at least 1 is right", d));
      if (__builtin_mul_overflow(size, result.shape.back(), &size)) refuse("its dimensions overflow 63 bits");
    }
    const std::size_t header = 4 + 4 * static_cast<std::size_t>(dimensions);
    const auto present = static_cast<std::int64_t>(m_content.size() - header);
    if (present != size)
      refuse(fmt::format("shape [{}] needs {} bytes after the header, but {} are there; the file is {}",
                         fmt::join(result.shape, ", "), size, present, present < size ? "cut short" : "too long"));
    result.bytes.assign(m_content.begin() + static_cast<std::ptrdiff_t>(header), m_content.end());
    return result;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw input_error(fmt::format("{}: {}", shown_path(m_path), what));
  }

  int byte(std::size_t at) const { return static_cast<unsigned char>(m_content[at]); }

  std::int64_t big_endian(std::size_t at) const {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | byte(at + i);
    return value;
  }

  /// Checks everything before the dimensions, and that they are all there.
  int checked_dimensions() const {
    if (m_content.size() >= 2 && byte(0) == 0x1f && byte(1) == 0x8b) refuse("is compressed; unpack it first (gunzip)");
    if (m_content.size() < 4) refuse(fmt::format("is cut short: {} bytes are no IDX header", m_content.size()));
    if (byte(0) != 0 || byte(1) != 0 || type_name(byte(2)).empty())
      refuse(
          fmt::format("is no IDX file: it starts with {:02x} {:02x} {:02x} {:02x}, not with 00 00 08 and the number "
                      "of dimensions",
                      byte(0), byte(1), byte(2), byte(3)));
    if (byte(2) != 0x08) refuse(fmt::format("holds {}; unsigned bytes (type 8) are right", type_name(byte(2))));
    const int dimensions = byte(3);
    if (dimensions < 1 || dimensions > 8) refuse(fmt::format("has {} dimensions; 1 to 8 are right", dimensions));
    if (m_content.size() < 4 + 4 * static_cast<std::size_t>(dimensions))
      refuse(fmt::format("is cut short: {} bytes are no IDX header of {} dimensions", m_content.size(), dimensions));
    return dimensions;
  }

  const std::string& m_path;
  std::string_view m_content;
};

}  // namespace

idx_array read_idx(const std::string& path) {
  const std::string content = read_file(path, longest_tensor_file);
  return idx_reader(path, content).read();
}

}  // namespace spillway
