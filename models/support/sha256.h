// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace spillway {

/// The SHA-256 digest (FIPS 180-4) in 64 lower-case hexadecimal digits, as `sha256sum` prints it.
std::string sha256(std::string_view content);

}  // namespace spillway
