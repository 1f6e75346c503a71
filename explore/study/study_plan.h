// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "spillway/explore/study/study_list.h"

namespace spillway {

/// Points of a study that one process does, and how long that should take it.
struct study_task {
  double seconds = 0;
  std::vector<std::string> points;  ///< by their keys
};

/// A study cut into tasks.
struct study_plan {
  double seconds = 0;  ///< that a task was to take
  std::vector<study_task> tasks;

  /// Of all tasks.
  std::size_t points() const;
};

/// How a study is cut.
struct plan_options {
  double seconds = 60;  ///< of a task, with `threads` threads
  unsigned threads = 1;
  std::int64_t sample_frames = 32;  ///< on which times are measured, and more where these are quick
  std::function<bool(std::uint64_t groups_done, std::uint64_t groups)> on_progress = {};
};

/// Cuts the points of a study that are not in `known` into tasks of about the stated length. Each network is read and
/// tried on a few frames, which tells how long a frame takes and how many frames differ at which width. A task does
/// what its points share by itself: one that is longer than the stated time has a single point, or points whose shared
/// part alone takes that long. Throws as `run_study`; returns fewer tasks where `on_progress` stopped it.
study_plan plan_study(const study_list& study, const std::set<std::string>& known, const plan_options& options);

/// DIR/plan.json and the store of a task: DIR/tasks/7.sqlite.
std::string plan_file(const std::string& directory);
std::string task_file(const std::string& directory, std::size_t task);

/// Writes and reads a plan. Reading throws `input_error` for a file that is none, or of another results version.
void write_plan(const std::string& path, const study_plan& plan);
study_plan read_plan(const std::string& path);

/// Whether the task's store has all of its points and is finished.
bool is_done(const std::string& directory, const study_plan& plan, std::size_t task);

}  // namespace spillway
