// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace spillway {

/// What a process left: its exit code (128 + signal if it was killed), and what it printed.
struct process_result {
  int code = -1;
  std::string out, err;
};

/// Starts `arguments` (the first is the program; no shell in between) and waits for it. `while_running(pid)` is called
/// once after the start, `max_file_bytes` limits every file that it writes (0: no limit, as a full disk would).
process_result run_process(const std::vector<std::string>& arguments,
                           const std::function<void(int pid)>& while_running = {}, long max_file_bytes = 0);

/// Runs the command that this build made.
process_result spillway_command(std::vector<std::string> arguments);

}  // namespace spillway
