// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace spillway {

/// The commit that the command was built from, "0123456789ab" or "0123456789ab-changed" where tracked files differ from
/// it, from git or from cmake/commit.txt of a source tarball; "unknown" where neither says it.
std::string commit();

}  // namespace spillway
