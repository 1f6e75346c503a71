// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/run_directory.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

// A directory with one of these is a run, a study or an estimate.
constexpr std::array<const char*, 4> run_marks{"manifest.json", "run.sqlite", "study.sqlite",
                                               "estimate_layer_cycles.json"};

// Everything that a run or a study may leave behind (docs/run-directory.md); the marks go last, so that a removal that
// is interrupted can be repeated.
constexpr std::array<const char*, 15> run_files{"outputs.npy",
                                                "output_scale.npy",
                                                "output_bias.npy",
                                                "report.html",
                                                "report",
                                                "waves.vcd",
                                                "run.sqlite-journal",
                                                "run.sqlite-wal",
                                                "run.sqlite-shm",
                                                "study.sqlite-journal",
                                                "estimate_layer_resources.json",
                                                "estimate_layer_cycles.json",
                                                "run.sqlite",
                                                "study.sqlite",
                                                "manifest.json"};

bool is_run(const fs::path& path) {
  for (const char* mark : run_marks)
    if (fs::exists(path / mark)) return true;
  return false;
}

void check_use(const std::string& path, run_directory::use how) {
  if (how == run_directory::use::fresh)
    throw config_error(
        fmt::format("{}: the directory is not empty; name a new one, or overwrite with --force", shown_path(path)));
  if (!is_run(path))
    throw config_error(
        fmt::format("{}: the directory holds other files but no run; name a new or an empty one", shown_path(path)));
}

}  // namespace

run_directory::run_directory(const std::string& path, use how) : m_path(path) {
  if (path.empty()) throw config_error("the output directory has no name; expected -o DIR");
  try {
    if (fs::exists(path) && !fs::is_directory(path))
      throw config_error(fmt::format("{}: is a file; -o expects a directory, new or empty", shown_path(path)));
    fs::create_directories(path);
    if (!fs::is_empty(path)) check_use(path, how);
    if (how == use::overwrite)
      for (const char* name : run_files) fs::remove_all(fs::path(path) / name);
  } catch (const fs::filesystem_error& failure) {
    throw_io_error(path, "make the directory", failure.code().value());
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

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now())); }

}  // namespace spillway
