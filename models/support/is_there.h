// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace spillway {

/// True if there is something of this name. Throws `io_error` where that can't be known, and says why: no permission to
/// search a folder above it, a circle of links, a name that is too long. It is no answer that nothing is there.
bool is_there(const std::filesystem::path& path);

}  // namespace spillway
