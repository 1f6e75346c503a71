// SPDX-License-Identifier: Apache-2.0
#include "traces/run_directory.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "models/error.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

// A directory with one of these is a run or a study.
constexpr std::array<const char*, 3> run_marks{"manifest.json", "run.sqlite", "study.sqlite"};

// Everything that a run or a study may leave behind (docs/run-directory.md); the marks go last, so that a removal that
// is interrupted can be repeated.
constexpr std::array<const char*, 13> run_files{
    "outputs.npy",          "report.html",          "report",     "waves.vcd",
    "run.sqlite-journal",   "run.sqlite-wal",       "run.sqlite-shm",
    "study.sqlite-journal", "estimate_layer_cycles.json", "estimate_layer_resources.json",
    "run.sqlite",           "study.sqlite",         "manifest.json"};

/// A path as messages show it: one line, of bearable length.
std::string shown(std::string path) {
  for (char& byte : path)
    if (static_cast<unsigned char>(byte) < 0x20) byte = '?';
  if (path.size() > 200) path = path.substr(0, 100) + "..." + path.substr(path.size() - 80);
  return path;
}

[[noreturn]] void refuse(const std::string& path, std::string_view action, int number) {
  if (number == ENOSPC || number == EDQUOT)
    throw io_error(fmt::format("{}: the disk is full; free some space and run it again", shown(path)));
  throw io_error(fmt::format("{}: cannot {}: {}", shown(path), action, std::strerror(number)));
}

bool is_run(const fs::path& path) {
  for (const char* mark : run_marks)
    if (fs::exists(path / mark)) return true;
  return false;
}

void check_use(const std::string& path, run_directory::use how) {
  if (how == run_directory::use::fresh)
    throw config_error(fmt::format("{}: the directory is not empty; name a new one, or overwrite with --force",
                                   shown(path)));
  if (!is_run(path))
    throw config_error(fmt::format("{}: the directory holds other files but no run; name a new or an empty one",
                                   shown(path)));
}

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

run_directory::run_directory(const std::string& path, use how) : m_path(path) {
  if (path.empty()) throw config_error("the output directory has no name; expected -o DIR");
  try {
    if (fs::exists(path) && !fs::is_directory(path))
      throw config_error(fmt::format("{}: is a file; -o expects a directory, new or empty", shown(path)));
    fs::create_directories(path);
    if (!fs::is_empty(path)) check_use(path, how);
    if (how == use::overwrite)
      for (const char* name : run_files) fs::remove_all(fs::path(path) / name);
  } catch (const fs::filesystem_error& failure) {
    refuse(path, "make the directory", failure.code().value());
  }
}

std::string run_directory::file(std::string_view name) const { return (fs::path(m_path) / name).string(); }

void run_directory::write_manifest(const run_manifest& manifest) const {
  write_file_atomically(file("manifest.json"), to_json(manifest));
}

std::string to_json(const run_manifest& manifest) {
  nlohmann::ordered_json json;
  json["schema"] = "spillway-manifest-1";
  json["version"] = manifest.version;
  json["command"] = manifest.command;
  json["configuration_hash"] = manifest.configuration_hash;
  json["seeds"] = manifest.seeds;
  json["started"] = manifest.started;
  json["wall_seconds"] = manifest.wall_seconds;
  json["finished"] = manifest.finished;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void write_file_atomically(const std::string& path, std::string_view content) {
  const std::string draft = fmt::format("{}.{}.part", path, ::getpid());
  file_descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.is_open()) refuse(path, "write the file", errno);
  int failure = file.write_and_close(content);
  if (failure == 0 && std::rename(draft.c_str(), path.c_str()) != 0) failure = errno;
  if (failure == 0) return;
  ::unlink(draft.c_str());
  refuse(path, "write the file", failure);
}

std::string content_hash(std::string_view content) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : content) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3;
  }
  return fmt::format("{:016x}", hash);
}

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
}

}  // namespace spillway
