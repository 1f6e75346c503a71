// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "spillway/train/linear_trainer.h"

namespace spillway {

/// Training's progress on stderr: a bar on a terminal, a plain line every few seconds elsewhere, nothing if quiet.
class epoch_progress {
 public:
  epoch_progress(std::string what, bool quiet);
  ~epoch_progress();
  epoch_progress(const epoch_progress&) = delete;
  epoch_progress& operator=(const epoch_progress&) = delete;

  void update(const epoch_report& report);

 private:
  using clock = std::chrono::steady_clock;

  std::string m_what;
  bool m_quiet, m_terminal, m_drawn = false;
  clock::time_point m_start = clock::now(), m_last = m_start;
  std::optional<double> m_first_share;  ///< what a resumed run finds done is not its own work
};

}  // namespace spillway
