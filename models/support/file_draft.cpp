// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/file_draft.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <mutex>
#include <set>
#include <string_view>

#include "spillway/models/support/atomic_file.h"

namespace spillway {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".part";

/// The file that a path means once its links are followed, whether it is there or not.
std::string behind_links(const std::string& path) {
  std::error_code failed;
  if (!fs::is_symlink(fs::symlink_status(path, failed))) return path;
  const fs::path target = fs::weakly_canonical(path, failed);
  return failed ? path : target.string();
}

bool is_special(const std::string& path) {
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// NAME of NAME.<digits>.part, else nothing.
std::string_view drafted(std::string_view name) {
  if (!name.ends_with(ending)) return {};
  name.remove_suffix(ending.size());
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == name.size()) return {};
  const bool is_number = std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dot) + 1, name.end(),
                                     [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? name.substr(0, dot) : std::string_view{};
}

/// A draft under this name, locked, which tells remove_stale_drafts that its writer lives; -1 and errno otherwise.
int open_draft(const std::string& name) {
  for (;;) {
    const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) return -1;
    ::flock(descriptor, LOCK_EX | LOCK_NB);
    struct stat found {};
    if (::fstat(descriptor, &found) != 0 || found.st_nlink > 0) return descriptor;
    ::close(descriptor);  // somebody took it for a stale one before it was locked
  }
}

/// Removes what killed processes have left of this file, the first time that this process writes it.
void remove_stale_drafts_once(const fs::path& target) {
  static std::mutex guard;
  static std::set<std::string> seen;
  const std::lock_guard lock(guard);
  if (!seen.insert(target.string()).second) return;
  const std::string name = target.filename().string();
  remove_stale_drafts(target.has_parent_path() ? target.parent_path() : fs::path("."), {&name, 1});
}

}  // namespace

file_draft::file_draft(const std::string& path) : m_path(path), m_target(behind_links(path)) {
  if (is_special(m_target)) {
    m_descriptor = ::open(m_target.c_str(), O_WRONLY | O_CLOEXEC);
    if (m_descriptor < 0) throw_io_error(m_path, "write the file", errno);
    return;
  }
  remove_stale_drafts_once(m_target);
  m_draft = fmt::format("{}.{}{}", m_target, ::getpid(), ending);
  m_descriptor = open_draft(m_draft);
  if (m_descriptor < 0) {
    m_draft.clear();
    throw_io_error(m_path, "write the file", errno);
  }
}

file_draft::~file_draft() {
  if (m_descriptor >= 0) ::close(m_descriptor);
  if (!m_draft.empty()) ::unlink(m_draft.c_str());
}

void file_draft::write(const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::write(m_descriptor, bytes, count);
    if (written < 0 && errno != EINTR) throw_io_error(m_path, "write the file", errno);
    if (written <= 0) continue;
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
}

void file_draft::keep() {
  if (::fsync(m_descriptor) != 0 && errno != EINVAL && errno != ENOTSUP)
    throw_io_error(m_path, "write the file", errno);
  const int closed = ::close(m_descriptor);
  m_descriptor = -1;
  if (closed != 0) throw_io_error(m_path, "write the file", errno);
  if (m_draft.empty()) return;
  if (std::rename(m_draft.c_str(), m_target.c_str()) != 0) throw_io_error(m_path, "write the file", errno);
  m_draft.clear();
}

void write_file_atomically(const std::string& path, std::string_view content) {
  file_draft draft(path);
  draft.write(content.data(), content.size());
  draft.keep();
}

void remove_stale_drafts(const fs::path& folder, std::span<const std::string> names) {
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (std::find(names.begin(), names.end(), drafted(name)) == names.end()) continue;
    const int descriptor = ::open(entry->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0) continue;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(entry->path().c_str());
    ::close(descriptor);
  }
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code failed;
  return fs::exists(a, failed) && fs::exists(b, failed) && fs::equivalent(a, b, failed);
}

}  // namespace spillway
