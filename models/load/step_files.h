// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace spillway {

/// The .onnx files that some paths say: a file is itself, a folder is those in it, or in its folder
/// `intermediate_models` if it has none, in the order of a build: by the numbers that their names begin with, FINN's
/// own steps as FINN does them, others by name behind these. A file that was named before is left out. Throws
/// `io_error` for a path that is not there, `input_error` for a folder without such files.
std::vector<std::filesystem::path> step_files(std::span<const std::string> paths);

}  // namespace spillway
