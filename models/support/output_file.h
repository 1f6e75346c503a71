// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace spillway {

/// Refuses, before hours of work and not after them, a file that can't be written then: throws `io_error` if its folder
/// is not there, `config_error` if it is a folder, or is there and not to be replaced.
void check_output(const std::string& path, bool replace);

}  // namespace spillway
