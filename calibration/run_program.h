// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace spillway {

/// What a program said, on both of its outputs, and how it ended: its exit status, or 128 and more for a signal.
struct program_result {
  int status = 0;
  std::string output;
};

/// Runs a program of the PATH in a folder, without a shell. Status 127 if it is not there.
program_result run_program(const std::vector<std::string>& words, const std::filesystem::path& folder);

}  // namespace spillway
