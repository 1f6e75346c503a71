// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

class file_descriptor {
 public:
  explicit file_descriptor(int number) : m_number(number) {}
  ~file_descriptor() {
    if (m_number >= 0) ::close(m_number);
  }
  file_descriptor(const file_descriptor&) = delete;
  file_descriptor& operator=(const file_descriptor&) = delete;

  bool is_open() const { return m_number >= 0; }

  /// 0, or the error number of what failed.
  int write_and_close(std::string_view content) {
    while (!content.empty()) {
      const ssize_t written = ::write(m_number, content.data(), content.size());
      if (written < 0 && errno != EINTR) return errno;
      if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(m_number) != 0 && errno != EINVAL) return errno;
    const int closed = ::close(m_number);
    m_number = -1;
    return closed == 0 ? 0 : errno;
  }

 private:
  int m_number;
};

}  // namespace

void write_file_atomically(const std::string& path, std::string_view content) {
  const std::string draft = fmt::format("{}.{}.part", path, ::getpid());
  file_descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.is_open()) throw_io_error(path, "write the file", errno);
  int failure = file.write_and_close(content);
  if (failure == 0 && std::rename(draft.c_str(), path.c_str()) != 0) failure = errno;
  if (failure == 0) return;
  ::unlink(draft.c_str());
  throw_io_error(path, "write the file", failure);
}

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
