// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace spillway::manual {

/// Adds the command `manual DIR` to a program, once all others are there. It writes what the program's own options say:
/// DIR/man1/NAME.1 of each command, DIR/bash/NAME, DIR/zsh/_NAME, DIR/fish/NAME.fish, and DIR/NAME.md. --help does not
/// list it: packages and the documentation are made with it. `set_action` takes what to do, which returns 0 or throws
/// std::system_error.
void add_manual_command(CLI::App& app, const std::string& version,
                        const std::function<void(std::function<int()>)>& set_action);

}  // namespace spillway::manual
