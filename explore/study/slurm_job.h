// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "spillway/explore/study/study_plan.h"

namespace spillway {

/// How the tasks of a plan are given to Slurm.
struct slurm_options {
  std::string program;              ///< the command `spillway`, as the nodes see it
  std::vector<std::string> sbatch;  ///< more options of sbatch: "--partition=long"
  unsigned threads = 1;             ///< of a task: --cpus-per-task
  int retries = 2;                  ///< how often tasks that failed or are missing are submitted again
  double poll_seconds = 2;
  /// Called at each look with the tasks that are done; false stops: the jobs are cancelled.
  std::function<bool(std::size_t done)> on_progress = {};
  /// Called with a line where tasks are submitted again, and where Slurm lets some wait for a reason that does not pass
  /// by itself ("ReqNodeNotAvail, UnavailableNodes:node1").
  std::function<void(const std::string& line)> on_note = {};
};

/// What came of it.
struct slurm_result {
  std::vector<std::size_t> missing;  ///< tasks that are not done, after all retries
  bool stopped = false;
};

/// Submits the plan's missing tasks as job arrays of at most 1,000 (DIR/slurm/array.sh), waits for them, and submits
/// again what failed, never ran or was lost with its node. A controller that does not answer is waited for. Throws
/// `io_error` where sbatch is not there or refuses.
slurm_result run_with_slurm(const std::string& directory, const study_plan& plan, const slurm_options& options);

}  // namespace spillway
