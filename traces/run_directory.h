// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
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
  std::string engine = {};   ///< that ran: "cycle" or "fast"; empty where none did
  std::string kind = "run";  ///< or "study", "sweep", "profile"
};

/// A directory that one run, or one study, writes its files into. What stands there stays until the new result is
/// complete: until then that is in a folder `unfinished` of the directory, and then takes its place, file by file, the
/// manifest last. A directory without results is written into as it is.
///
/// A directory is ours if its manifest.json has our schema. Only files are removed that a run, a study or a report
/// writes, by their names.
class run_directory {
 public:
  enum class use : unsigned char {
    fresh,      ///< refuses a directory that holds a finished result
    resume,     ///< takes a finished result, too, if it is of this content
    overwrite,  ///< replaces what a run or study has left, when the new result is complete
  };

  /// How a result begins.
  enum class start : unsigned char {
    anew,      ///< with nothing
    resumed,   ///< with what an interrupted one has left
    finished,  ///< not at all: a result of this content is there already
  };

  /// Looks whether the directory may be used so, and changes nothing. Throws `config_error` (one line, with what would
  /// be right) if it may not, `io_error` if the system refuses.
  explicit run_directory(const std::string& path, use how = use::fresh);
  ~run_directory();
  run_directory(const run_directory&) = delete;
  run_directory& operator=(const run_directory&) = delete;

  /// Makes the directory, parents included, keeps other writers out for as long as this object lives, and writes the
  /// manifest of a result that begins anew. An interrupted result of the same kind and configuration goes on if
  /// `can_resume`. Throws `config_error` where another result is in the way, `io_error` where another process writes.
  start begin(const run_manifest& manifest, bool can_resume = true);

  /// Removes what `begin` would go on with, for a result that begins anew after all.
  void restart(const run_manifest& manifest);

  /// The result is complete: writes its manifest, and puts it in the place of an earlier one.
  void finish(run_manifest manifest);

  /// As it was given.
  const std::string& path() const { return m_path; }

  /// The path of a file of the new result: until `finish` in the folder of unfinished ones, if a result stands here.
  std::string file(std::string_view name) const;

 private:
  void check() const;
  void lock();
  bool is_installed() const { return m_place == m_path; }

  std::string m_path, m_place;  ///< where it shall be, and where it is made
  use m_use;
  int m_lock = -1;
};

/// The manifest of a directory, or nothing if there is none. Throws `config_error` if its manifest.json is not ours,
/// `io_error` if it can't be read.
std::optional<run_manifest> read_manifest(const std::string& directory);

/// The JSON text of a manifest.
std::string to_json(const run_manifest& manifest);

/// 16 hexadecimal digits that tell texts apart (FNV-1a, 64 bits); the same on every machine. No protection against
/// someone who wants a collision.
std::string content_hash(std::string_view content);

/// The hash of a file's bytes. Throws `io_error`.
std::string file_hash(const std::string& path);

/// The wall clock as manifests and stores hold it: "2026-04-14T11:04:37Z".
std::string utc_now();

}  // namespace spillway
