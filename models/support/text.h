// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace spillway {

/// Text of a file as a message may show it: control characters, and bytes that are no UTF-8, as escapes in hexadecimal;
/// at most about 80 characters.
std::string printable(std::string_view text);

/// True if `text` is valid UTF-8 without control characters.
bool is_plain_text(std::string_view text);

}  // namespace spillway
