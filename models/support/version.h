// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace spillway {

/// "0.1.0": the version that CMake was given.
std::string version();

}  // namespace spillway
