// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace spillway::fuzz {

/// A JSON text with one thing changed: a value, a key, something more, something less. `words` are keys and texts that
/// mean something where it is read. Text that is no JSON object comes back as an empty one.
std::string mutated_json(std::string_view text, std::span<const std::string_view> words, unsigned seed);

}  // namespace spillway::fuzz
