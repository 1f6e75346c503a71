// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/manual/command_page.h"

namespace spillway::manual {

// Completions of a program: its commands, their options, the values that an option may have, and files elsewhere.

std::string bash_completion(const command_page& top);
std::string zsh_completion(const command_page& top);
std::string fish_completion(const command_page& top);

}  // namespace spillway::manual
