// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spillway/cli/design_options.h"
#include "spillway/cli/progress.h"
#include "spillway/explore/study/study_directory.h"

namespace CLI {
class App;
}

namespace spillway {

/// A study as the command line says it.
struct study_arguments {
  std::vector<std::string> what;  ///< a study file, or networks
  study_part part;
  std::vector<std::string> accumulators, overflow, scope, foldings;
  std::vector<double> fps, budgets;
  std::vector<std::int64_t> cycles;
  calibration_arguments calibration, validation;
  std::int64_t frames = 0;
};

/// Adds STUDY and everything that a study file says to a command.
void add_study_options(CLI::App& command, study_arguments& arguments);

/// The study file, or what the options say. Throws `config_error` for both at once.
study_spec spec_of(const CLI::App& command, const study_arguments& arguments);

/// Points on stderr, once it is known how many there are.
class study_bar {
 public:
  explicit study_bar(bool quiet) : m_quiet(quiet) {}

  /// Shows how far it is; false once the user has asked to stop.
  bool update(const study_progress& now);

 private:
  bool m_quiet;
  std::optional<progress> m_points;
};

/// Threads that are asked for, or all cores.
unsigned threads_of(unsigned asked);

}  // namespace spillway
