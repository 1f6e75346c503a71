// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace spillway::testing {

/// Writes a file, and the folders above it.
void save_text(const std::filesystem::path& path, const std::string& text);

std::string load_text(const std::filesystem::path& path);

/// Runs a command in `folder`, its output in `log` there. Throws `std::runtime_error` with the end of it if the exit
/// code is greater than `most`.
int run_in(const std::filesystem::path& folder, const std::string& command, const std::string& log, int most = 0);

}  // namespace spillway::testing
