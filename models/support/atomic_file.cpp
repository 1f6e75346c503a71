// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/atomic_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "spillway/models/support/error.h"

namespace spillway {

std::string shown_path(std::string path) {
  for (char& byte : path)
    if (static_cast<unsigned char>(byte) < 0x20) byte = '?';
  if (path.size() > 200) path = path.substr(0, 100) + "..." + path.substr(path.size() - 80);
  return path;
}

void throw_io_error(const std::string& path, std::string_view action, int number) {
  if (number == ENOSPC || number == EDQUOT)
    throw io_error(fmt::format("{}: the disk is full; free some space and run it again", shown_path(path)));
  throw io_error(fmt::format("{}: cannot {}: {}", shown_path(path), action, std::strerror(number)));
}

}  // namespace spillway
