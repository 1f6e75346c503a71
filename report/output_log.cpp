// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/output_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

constexpr off_t spare = 8192;  // the header of outputs.npy, and the last block of a file

int bytes_of(integer_type type) {
  if (type.words() > 1 || type.bits > 32) return 8;
  return type.bits > 16 ? 4 : type.bits > 8 ? 2 : 1;
}

}  // namespace

output_log::output_log(std::string path, integer_type type, int flags)
    : m_path(std::move(path)),
      m_is_signed(type.is_signed || type.words() > 1 || type.is_bipolar),
      m_width(bytes_of(type)),
      m_descriptor(::open(m_path.c_str(), O_RDWR | O_CLOEXEC | flags, 0666)) {
  if (m_descriptor < 0) throw_io_error(m_path, "write the file", errno);
}

output_log::output_log(output_log&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_is_signed(other.m_is_signed),
      m_width(other.m_width),
      m_descriptor(std::exchange(other.m_descriptor, -1)),
      m_words(other.m_words) {}

output_log::~output_log() {
  if (m_descriptor >= 0) ::close(m_descriptor);
}

output_log output_log::create(const std::string& path, integer_type type, std::size_t words) {
  output_log made(path, type, O_CREAT | O_TRUNC);
  const int failure = ::posix_fallocate(made.m_descriptor, 0, static_cast<off_t>(words) * made.m_width + spare);
  if (failure != 0 && failure != EINVAL && failure != EOPNOTSUPP) {
    ::unlink(path.c_str());
    throw_io_error(path, "make room for the outputs", failure);
  }
  return made;
}

output_log output_log::resume(const std::string& path, integer_type type, std::size_t words) {
  output_log found(path, type, 0);
  struct stat status {};
  if (::fstat(found.m_descriptor, &status) != 0) throw_io_error(path, "read the file", errno);
  if (status.st_size < static_cast<off_t>(words) * found.m_width)
    throw input_error(fmt::format("{}: holds fewer outputs than its run has finished; make the run anew", path));
  found.m_words = words;
  return found;
}

void output_log::append(std::span<const std::int64_t> words) {
  std::string bytes;
  bytes.reserve(words.size() * static_cast<std::size_t>(m_width));
  for (const std::int64_t word : words)
    for (int byte = 0; byte < m_width; ++byte)
      bytes += static_cast<char>(static_cast<std::uint64_t>(word) >> (8 * byte) & 0xff);
  auto place = static_cast<off_t>(m_words) * m_width;
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = ::pwrite(m_descriptor, bytes.data() + done, bytes.size() - done, place);
    if (written < 0 && errno != EINTR) throw_io_error(m_path, "write the file", errno);
    if (written <= 0) continue;
    done += static_cast<std::size_t>(written);
    place += written;
  }
  if (::fdatasync(m_descriptor) != 0 && errno != EINVAL) throw_io_error(m_path, "write the file", errno);
  m_words += words.size();
}

std::vector<std::int64_t> output_log::read() const {
  std::string bytes(m_words * static_cast<std::size_t>(m_width), '\0');
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got = ::pread(m_descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno != EINTR) throw_io_error(m_path, "read the file", errno);
    if (got == 0) throw input_error(fmt::format("{}: became shorter while it was read", m_path));
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  std::vector<std::int64_t> words;
  words.reserve(m_words);
  const int unused = 64 - 8 * m_width;
  for (std::size_t at = 0; at < bytes.size(); at += static_cast<std::size_t>(m_width)) {
    std::uint64_t word = 0;
    for (int byte = 0; byte < m_width; ++byte)
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(byte)]))
              << (8 * byte);
    words.push_back(m_is_signed ? static_cast<std::int64_t>(word << unused) >> unused
                                : static_cast<std::int64_t>(word));
  }
  return words;
}

}  // namespace spillway
