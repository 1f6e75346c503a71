// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "spillway/explore/study/study_list.h"
#include "spillway/explore/study/study_store.h"

namespace spillway {

/// How far a study is, for whoever shows it.
struct study_progress {
  std::uint64_t points_done = 0, points = 0;
  std::string_view what;  ///< "reading", "exact pass", "observing", "searching", "simulating"
  std::uint64_t frames_done = 0, frames = 0;
};

/// How a study is run.
struct study_options {
  unsigned threads = 1;
  std::set<std::string> only = {};  ///< these points; all if empty
  /// Called often; false stops after what is finished.
  std::function<bool(const study_progress&)> on_progress = {};
};

/// What came of it.
struct study_result {
  std::uint64_t points = 0;   ///< that were asked for
  std::uint64_t present = 0;  ///< of these, that were there already
  std::uint64_t made = 0;
  bool stopped = false;
};

/// Computes the points of a study that its store lacks, one transaction each. What points share is done once: a
/// network's reading, the folding, the exact pass, and the simulation of registers that only prices tell apart. Throws
/// `config_error` that names the network for registers and foldings that it does not have.
study_result run_study(const study_list& study, study_store& store, const study_options& options = {});

}  // namespace spillway
