// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace spillway {

// One function a command: it adds the command, with its options, to `app`, and sets `action` if the command line asks
// for it. The action returns the exit code: 0 done, 1 a check failed, 130 interrupted; errors are exceptions.

using command_action = std::function<int()>;

void add_info_command(CLI::App& app, command_action& action);
void add_check_command(CLI::App& app, command_action& action);
void add_compare_command(CLI::App& app, command_action& action);
void add_convert_command(CLI::App& app, command_action& action);
void add_simulate_command(CLI::App& app, command_action& action);
void add_profile_command(CLI::App& app, command_action& action);
void add_estimate_command(CLI::App& app, command_action& action);
void add_explore_command(CLI::App& app, command_action& action);
void add_study_command(CLI::App& app, command_action& action);
void add_rtl_command(CLI::App& app, command_action& action);
void add_trace_command(CLI::App& app, command_action& action);
void add_report_command(CLI::App& app, command_action& action);
void add_version_command(CLI::App& app, command_action& action);

/// Parses the command line, runs the command, and turns what it throws into one line on stderr and an exit code:
/// 2 for bad usage or input, 3 where the operating system refused.
int run_command(int argc, const char* const* argv);

/// The command line as it was given to `run_command`, quoted for a shell; for manifests.
const char* command_line();

}  // namespace spillway
