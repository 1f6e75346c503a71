// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "spillway/models/support/assumption.h"

namespace spillway {

/// Makes sure that no file which is opened later is taken for a standard stream that was closed: writing to that stays
/// an error. Call it first.
void hold_standard_streams();

/// Writes a line to stderr: notes, warnings, the error; control characters and bytes that are no UTF-8 in hexadecimal.
/// That nobody reads there is no reason to stop: it never throws.
void say(std::string_view line) noexcept;

/// A note for each assumption.
void say_assumptions(std::span<const assumption> assumptions) noexcept;

/// Prints a document on stdout. Bytes of a path or a file that are no UTF-8 become U+FFFD, so that it is JSON whatever
/// they are.
void print_json(const nlohmann::ordered_json& document);

}  // namespace spillway
