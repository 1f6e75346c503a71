// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/manual/command_page.h"

namespace spillway::manual {

/// The man page of one command, in section 1. `version` stands at its foot: "spillway 0.1.0".
std::string man_page(const command_page& page, const command_page& top, const std::string& version);

/// The reference of a program and all of its commands, in Markdown.
std::string reference_page(const command_page& top);

}  // namespace spillway::manual
