// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "spillway/report/finished_run.h"
#include "spillway/traces/run_directory.h"
#include "spillway/traces/run_store.h"

namespace spillway {

/// Writes a run directory (docs/run-directory.md): what can be refused is refused before the run starts, and what is
/// finished is kept whatever comes after it.
class run_saver {
 public:
  /// Makes the directory. Throws `config_error` if it holds a run already and `force` is not given.
  run_saver(const std::string& directory, bool force);

  /// Before the run: manifest, units, costs.
  void begin(const finished_run& run);

  /// After it: counters, events, frames, activity, totals, outputs and what scales them.
  void finish(const finished_run& run);

 private:
  run_directory m_directory;
  run_manifest m_manifest;
  std::optional<run_store> m_store;
  std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

}  // namespace spillway
