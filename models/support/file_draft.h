// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace spillway {

/// A file under a name of its own beside PATH, `PATH.<process>.part`, that takes PATH's place when it is complete, so
/// that neither a crash nor a full disk leaves half a file or destroys what stands there. A symbolic link stays, and
/// what it points to is replaced. Drafts of PATH that killed processes have left are removed. What is no ordinary file
/// (a pipe, /dev/stdout) is written to as it is.
class file_draft {
 public:
  /// Opens the draft. Throws `io_error`.
  explicit file_draft(const std::string& path);
  ~file_draft();  ///< removes a draft that was not kept
  file_draft(const file_draft&) = delete;
  file_draft& operator=(const file_draft&) = delete;

  /// The open file; `keep` and the destructor close it.
  int descriptor() const { return m_descriptor; }

  /// Writes all of it. Throws `io_error`.
  void write(const char* bytes, std::size_t count);

  /// Synchronizes the draft and gives it its name. Throws `io_error`, and then what stood there still does.
  void keep();

 private:
  std::string m_path, m_target, m_draft;  ///< as given; after its links; empty where there is no draft
  int m_descriptor = -1;
};

/// Removes the drafts of these files of a folder that killed processes have left; those of running ones stay.
void remove_stale_drafts(const std::filesystem::path& folder, std::span<const std::string> names);

/// Whether both paths lead to one file that is there.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace spillway
