// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/run_directory.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "spillway/models/support/error.h"
#include "spillway/models/support/file_draft.h"
#include "spillway/models/support/read_file.h"
#include "spillway/traces/result_files.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

constexpr const char* manifest_schema = "spillway-manifest-1";
constexpr std::int64_t longest_manifest = 1 << 20, longest_file = std::int64_t{1} << 33;

std::string unfinished_path(const std::string& directory) { return (fs::path(directory) / unfinished_folder).string(); }

/// Drafts of our files alone are no content: a killed process has left them.
bool is_empty(const std::string& path) {
  const std::vector<std::string> names = result_file_names();
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    const bool is_draft = std::any_of(names.begin(), names.end(), [&](const std::string& ours) {
      return name.starts_with(ours + ".") && name.ends_with(".part");
    });
    if (!is_draft) return false;
  }
  return true;
}

/// Whether this process may make files in a directory; else errno says why not.
bool is_writable(const std::string& path) { return ::faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) == 0; }

/// Refuses a path below which nothing can be made, before anything is computed.
void check_parent(const std::string& path) {
  fs::path parent = fs::absolute(path).lexically_normal();
  while (!fs::exists(parent)) parent = parent.parent_path();
  if (!fs::is_directory(parent)) throw_io_error(path, "make the directory", ENOTDIR);
  if (!is_writable(parent.string())) throw_io_error(path, "make the directory", errno);
}

std::string unfinished_text(const std::string& path, const run_manifest& found, std::string_view what) {
  return fmt::format("{}: holds {} {} of {}; name a new directory, or overwrite with --force", shown_path(path),
                     found.finished ? "a" : "an unfinished", found.kind == "study" ? "study" : "run", what);
}

bool is_same(const run_manifest& a, const run_manifest& b) {
  return a.kind == b.kind && a.configuration_hash == b.configuration_hash;
}

}  // namespace

run_directory::run_directory(const std::string& path, use how) : m_path(path), m_place(path), m_use(how) {
  if (path.empty()) throw config_error("the output directory has no name; expected -o DIR");
  try {
    check();
  } catch (const fs::filesystem_error& failure) {
    throw_io_error(path, "make the directory", failure.code().value());
  }
}

run_directory::~run_directory() {
  if (m_lock >= 0) ::close(m_lock);
}

void run_directory::check() const {
  if (!fs::exists(m_path)) return check_parent(m_path);
  if (!fs::is_directory(m_path))
    throw config_error(fmt::format("{}: is a file; -o expects a directory, new or empty", shown_path(m_path)));
  if (!is_writable(m_path)) throw_io_error(m_path, "write into the directory", errno);
  const std::optional<run_manifest> found = read_manifest(m_path);
  if (!found && !is_empty(m_path))
    throw config_error(
        fmt::format("{}: the directory holds other files but no run; name a new or an empty one", shown_path(m_path)));
  if (found && found->finished && m_use == use::fresh)
    throw config_error(
        fmt::format("{}: the directory is not empty; name a new one, or overwrite with --force", shown_path(m_path)));
}

void run_directory::lock() {
  m_lock = ::open(m_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (m_lock < 0) throw_io_error(m_path, "open the directory", errno);
  // File systems without locks are written to all the same.
  if (::flock(m_lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw io_error(
        fmt::format("{}: another process writes into it; wait until it has finished, or name another directory",
                    shown_path(m_path)));
}

run_directory::start run_directory::begin(const run_manifest& manifest, bool can_resume) {
  try {
    fs::create_directories(m_path);
    lock();
    if (const auto made = read_manifest(unfinished_path(m_path)); made && made->finished)
      install_result(m_path, made->kind);  // its process was killed on the way
    check();
    const std::optional<run_manifest> found = read_manifest(m_path);
    if (found && m_use != use::overwrite && found->kind != manifest.kind)
      throw config_error(unfinished_text(m_path, *found, "another kind"));
    if (found && m_use != use::overwrite && !is_same(*found, manifest))
      throw config_error(unfinished_text(m_path, *found, "another configuration"));
    if (found && found->finished && m_use != use::overwrite) return start::finished;
    const bool goes_on = found && !found->finished && is_same(*found, manifest) && can_resume;
    m_place = !found || goes_on ? m_path : unfinished_path(m_path);
    remove_stale_drafts(m_place, result_file_names());
    if (goes_on) return start::resumed;
    if (const auto made = is_installed() ? std::nullopt : read_manifest(m_place);
        made && is_same(*made, manifest) && can_resume)
      return start::resumed;
    restart(manifest);
  } catch (const fs::filesystem_error& failure) {
    throw_io_error(m_path, "make the directory", failure.code().value());
  }
  return start::anew;
}

void run_directory::restart(const run_manifest& manifest) {
  fs::create_directories(m_place);
  // Outputs of the same content stay until there are new ones.
  const std::optional<run_manifest> found = read_manifest(m_place);
  remove_unfinished(m_place, found && is_same(*found, manifest) ? "outputs.npy" : "");
  write_file_atomically(file("manifest.json"), to_json(manifest));
}

void run_directory::finish(run_manifest manifest) {
  manifest.finished = true;
  write_file_atomically(file("manifest.json"), to_json(manifest));
  if (is_installed()) return;
  install_result(m_path, manifest.kind);
  m_place = m_path;
}

std::string run_directory::file(std::string_view name) const { return (fs::path(m_place) / name).string(); }

std::optional<run_manifest> read_manifest(const std::string& directory) {
  const fs::path path = fs::path(directory) / "manifest.json";
  std::error_code failed;
  if (!fs::exists(path, failed)) return std::nullopt;
  run_manifest manifest;
  try {
    const auto json = nlohmann::json::parse(read_file(path.string(), longest_manifest));
    if (json.at("schema") != manifest_schema) throw input_error("another schema");
    manifest.version = json.at("version");
    manifest.command = json.at("command");
    manifest.configuration_hash = json.at("configuration_hash");
    manifest.seeds = json.at("seeds");
    manifest.started = json.at("started");
    manifest.wall_seconds = json.at("wall_seconds");
    manifest.finished = json.at("finished");
    manifest.engine = json.value("engine", "");
    manifest.kind = json.value("kind", fs::exists(fs::path(directory) / "study.sqlite", failed) ? "study" : "run");
  } catch (const io_error&) {
    throw;
  } catch (const std::exception&) {
    throw config_error(fmt::format(
        "{}: the directory holds other files but no run (its manifest.json is not Spillway's); name a new or "
        "an empty one",
        shown_path(directory)));
  }
  return manifest;
}

std::string to_json(const run_manifest& manifest) {
  nlohmann::ordered_json json;
  json["schema"] = manifest_schema;
  json["kind"] = manifest.kind;
  json["version"] = manifest.version;
  json["command"] = manifest.command;
  json["configuration_hash"] = manifest.configuration_hash;
  json["seeds"] = manifest.seeds;
  json["started"] = manifest.started;
  json["wall_seconds"] = manifest.wall_seconds;
  json["finished"] = manifest.finished;
  if (!manifest.engine.empty()) json["engine"] = manifest.engine;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string content_hash(std::string_view content) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : content) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3;
  }
  return fmt::format("{:016x}", hash);
}

std::string file_hash(const std::string& path) { return content_hash(read_file(path, longest_file)); }

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now())); }

}  // namespace spillway
