// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

// The files of a run directory by name, and how a new result takes the place of an old one. Nothing else is ever
// removed: whatever a user keeps in the directory stays.

/// The folder of a run directory in which a result is made while an earlier one stands.
constexpr std::string_view unfinished_folder = "unfinished";

/// Every name that a run or a study may write in its directory, the manifest last.
std::vector<std::string> result_file_names();

/// Removes the files of an unfinished result but for the one named `kept`, the manifest last, so that a removal that
/// was interrupted can be repeated.
void remove_unfinished(const std::filesystem::path& folder, std::string_view kept = {});

/// Moves a complete result of `kind` ("run", "study", "sweep" or "profile") from the folder of unfinished ones into its
/// directory, in the place of what stands there; the manifest last. May be called again where it was interrupted.
/// Throws `io_error`.
void install_result(const std::filesystem::path& directory, std::string_view kind);

/// A file of a run's tensors, in its folder `tensors`.
struct noted_tensor {
  std::string name, file;
  std::vector<std::int64_t> shape;
};

/// The folder of a run directory that holds tensors by name.
constexpr std::string_view tensor_folder = "tensors";

/// Notes in `folder`/tensors.json which file has which tensor.
void note_tensor_files(const std::filesystem::path& folder, const std::vector<noted_tensor>& tensors);

/// Removes the tensors of a directory that are noted, and their folder if nothing else is in it.
void remove_tensors(const std::filesystem::path& directory);

/// Notes which files the report of a directory consists of, paths below DIR/report; those of an earlier report that are
/// not among them are removed.
void note_report_files(const std::filesystem::path& directory, const std::vector<std::string>& files);

/// Removes the report of a directory: report.html, against.html, and the files below DIR/report that were noted.
void remove_report(const std::filesystem::path& directory);

}  // namespace spillway
