// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace spillway {

/// The candidate that is the fewest insertions, deletions and replacements away from `text` (the first of equals):
/// what an error message offers for an unknown name. Letter case costs nothing, nor does what an abbreviation
/// leaves out (`sat` for `saturate`). Empty without candidates.
std::string_view nearest_name(std::string_view text, std::span<const std::string_view> candidates);

inline std::string_view nearest_name(std::string_view text, std::initializer_list<std::string_view> candidates) {
  return nearest_name(text, std::span<const std::string_view>(candidates.begin(), candidates.size()));
}

}  // namespace spillway
