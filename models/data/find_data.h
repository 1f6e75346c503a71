// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace spillway {

/// The folders in which `find_data` looks, in order: each of the colon-separated folders in $SPILLWAY_DATA; then those
/// beside the executable in a source tree (build/PRESET/spillway: ../../models, and .. for what was fetched to build/)
/// and after installation
/// (../share/spillway); then those of the source tree that the Python package was built in; then models and ../models
/// of the working directory. Not all of them exist.
std::vector<std::filesystem::path> data_roots();

/// The folder that comes with Spillway under this name ("binary-mnist", "zoo"): ROOT/NAME or ROOT/data/NAME under the
/// first of `data_roots` that has it. Throws `config_error`, naming the places and the nearest name, if none has.
std::filesystem::path find_data(const std::string& name);

}  // namespace spillway
