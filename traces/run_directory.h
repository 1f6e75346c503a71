// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "spillway/models/support/atomic_file.h"  // whoever fills a run directory writes its files so

namespace spillway {

/// What made a run: written when it starts (`finished` false) and again when it ends.
struct run_manifest {
  std::string version;
  std::string command;             ///< the command line
  std::string configuration_hash;  ///< `content_hash` of everything that determines the result
  std::map<std::string, std::uint64_t> seeds;
  std::string started;  ///< UTC, ISO 8601
  double wall_seconds = 0;
  bool finished = false;
  std::string engine = {};  ///< that ran: "cycle" or "fast"; empty where none did
};

/// A directory that one run, or one study, writes its files into.
class run_directory {
 public:
  enum class use : unsigned char {
    fresh,      ///< refuses a directory that holds anything
    overwrite,  ///< removes an earlier run's files; refuses a directory that holds anything but a run
    resume,     ///< goes on with an earlier run's files; refuses a directory that holds anything but a run
  };

  /// Makes sure that the directory exists and may be used so, parents included. Throws `config_error` (one line, with
  /// what would be right) if it may not, `io_error` if the system refuses.
  explicit run_directory(const std::string& path, use how = use::fresh);

  /// As it was given.
  const std::string& path() const { return m_path; }

  /// The path of a file in it.
  std::string file(std::string_view name) const;

  /// Writes manifest.json.
  void write_manifest(const run_manifest& manifest) const;

 private:
  std::string m_path;
};

/// The JSON text of a manifest.
std::string to_json(const run_manifest& manifest);

/// 16 hexadecimal digits that tell texts apart (FNV-1a, 64 bits); the same on every machine. No protection against
/// someone who wants a collision.
std::string content_hash(std::string_view content);

/// The wall clock as manifests and stores hold it: "2026-04-14T11:04:37Z".
std::string utc_now();

}  // namespace spillway
