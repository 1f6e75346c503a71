// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace spillway {

/// What a report is made with.
struct report_options {
  /// The empty page, viewer.html, with the folder `specs` beside it. If empty: $SPILLWAY_VIEWER, then
  /// share/spillway/viewer.html beside the executable, then one folder above it (an installed command).
  std::filesystem::path viewer;
  std::string title;             ///< if empty, made from the model and the data
  std::int64_t max_rows = 1000;  ///< of single events and of frames that changed their class
  std::string hardware = "";     ///< whose prices a run's report shows; if empty, as the run says
  /// A directory of `spillway profile -o` of a run's network: what its channels' sums came to. If empty: none.
  std::filesystem::path profile = {};
};

/// Makes the report of a run directory (run.sqlite) or a study directory (study.sqlite):
///
///     DIR/report.html          one file that works offline
///     DIR/report/data/*.csv    the tables that it shows
///     DIR/report/specs/*.json  its charts, complete Vega-Lite specifications that read those tables
///
///     DIR/report/files.json    which files these are
///
/// An earlier report is overwritten, file by file, each in one step; nothing else in DIR/report is touched. Throws
/// `io_error` if the directory holds no database, the page is not there or the system refuses; `input_error` if the
/// database or the page is of another kind.
void write_report(const std::filesystem::path& directory, const report_options& options = {});

/// The page that `write_report` fills in. Throws `io_error` that names every place that was looked at.
std::filesystem::path find_viewer(const report_options& options = {});

}  // namespace spillway
