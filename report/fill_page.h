// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace spillway {

/// The text of a file that `tools/build` makes. Throws `io_error` where it can't be read.
std::string read_built_file(const std::filesystem::path& path);

/// The page `viewer` with the data of a report in it. Throws as `read_built_file`, and `input_error` where it is no
/// such page.
std::string fill_page(const std::filesystem::path& viewer, const std::string& json);

}  // namespace spillway
