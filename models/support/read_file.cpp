// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/read_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

struct closer {
  int number;
  ~closer() { ::close(number); }
};

[[noreturn]] void refuse_length(const std::string& path, std::int64_t limit) {
  throw input_error(fmt::format("{}: is longer than the {} bytes that are read", shown_path(path), limit));
}

}  // namespace

std::string read_file(const std::string& path, std::int64_t limit) {
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0) throw_io_error(path, "read the file", errno);
  const closer file{number};
  struct stat status {};
  if (::fstat(number, &status) != 0) throw_io_error(path, "read the file", errno);
  if (S_ISDIR(status.st_mode)) throw_io_error(path, "read the file", EISDIR);
  if (S_ISREG(status.st_mode) && status.st_size > limit) refuse_length(path, limit);
  std::string bytes;
  if (S_ISREG(status.st_mode)) bytes.reserve(static_cast<std::size_t>(status.st_size));
  constexpr std::size_t chunk_bytes = std::size_t{1} << 18;
  const auto chunk = std::make_unique<char[]>(chunk_bytes);
  for (;;) {
    const ssize_t got = ::read(number, chunk.get(), chunk_bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_io_error(path, "read the file", errno);
    if (got == 0) return bytes;
    bytes.append(chunk.get(), static_cast<std::size_t>(got));
    if (static_cast<std::int64_t>(bytes.size()) > limit) refuse_length(path, limit);
  }
}

}  // namespace spillway
