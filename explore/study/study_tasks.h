// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "spillway/explore/study/study_directory.h"
#include "spillway/explore/study/study_plan.h"

namespace spillway {

/// Cuts what a study lacks into tasks, and writes DIR/study.json and DIR/plan.json. Throws as `make_study`.
study_plan plan_tasks(const study_list& study, const study_place& place, const plan_options& options);

/// Does one task of the plan in a directory, into DIR/tasks/TASK.sqlite; points that are there are not done again.
/// Throws `config_error` for a task that the plan does not have, and where files or data are not those of the plan;
/// `io_error` where another process does this task.
study_result run_task(const std::string& directory, std::size_t task, const study_options& options = {});

/// What came of a merge.
struct merged_study {
  study_list study;
  std::size_t tasks = 0;
  std::vector<std::size_t> missing;  ///< tasks that are not done; then nothing is merged
  study_result result;
};

/// Folds the stores of all tasks into DIR/study.sqlite: the same bytes as if one process had done everything.
merged_study merge_tasks(const std::string& directory, const std::string& command);

/// The tasks of a plan that are not done.
std::vector<std::size_t> missing_tasks(const std::string& directory, const study_plan& plan);

}  // namespace spillway
