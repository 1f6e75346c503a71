// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/cli/commands.h"

namespace spillway {

/// Adds `plan`, `run`, `merge` and `slurm` to the command `study`.
void add_study_task_commands(CLI::App& study, command_action& action);

}  // namespace spillway
