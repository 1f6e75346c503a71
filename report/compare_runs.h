// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "spillway/report/report.h"
#include "spillway/report/report_data.h"

namespace spillway {

/// Two runs as a page shows them side by side, each with its own tables. `frames` has
///
///     common_frames   one row: frames with the same number in both, of these those with a label, those that each run
///                     read right, and those whose labels differ (then the runs saw different data)
///     class_changes   of the common frames that the runs read as different classes: effect, frames
///     changed_frames  the first of these: frame, label, a_class, b_class, effect
///
/// An effect is "only A is right", "only B is right", "both are wrong", or "unknown" without a label.
struct run_comparison {
  std::string title;
  report_data a, b;
  report_data::named_tables frames;
};

/// Reads DIR/run.sqlite of both. Prices are those of `hardware`, or those that the first run shows where the second one
/// has them too. Throws as `read_report_data`, and `input_error` where one of them is a study.
run_comparison compare_runs(const std::filesystem::path& a, const std::filesystem::path& b,
                            const report_options& options = {});

/// The JSON that stands in the page: {"schema": "spillway-report-1", "kind": "comparison", "title", "a": {"title",
/// "meta", "tables"}, "b": likewise, "meta": {}, "tables": of the frames}. `meta` of a run has its `directory`, too.
std::string to_json(const run_comparison& comparison);

/// Makes A/against.html of two run directories, one file that works offline; A/report.html stays. Throws as
/// `write_report` and `compare_runs`.
void write_comparison(const std::filesystem::path& a, const std::filesystem::path& b,
                      const report_options& options = {});

}  // namespace spillway
