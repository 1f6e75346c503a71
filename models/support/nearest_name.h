// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace spillway {

/// The candidate that is the fewest insertions, deletions and replacements away from `text` (the first of equals):
/// what an error message offers for an unknown name. Letter case costs nothing, nor does what an abbreviation
/// leaves out (`sat` for `saturate`). Empty without candidates.
std::string_view nearest_name(std::string_view text, std::span<const std::string_view> candidates);

/// The nearest of candidates that are written down where they are asked for.
inline std::string_view nearest_name(std::string_view text, std::initializer_list<std::string_view> candidates) {
  return nearest_name(text, std::span<const std::string_view>(candidates.begin(), candidates.size()));
}

/// Throws the `config_error` of an unknown name: there is no `what` of this name, and which is the nearest. `where`, if
/// any, stands in front of that with a colon.
[[noreturn]] void refuse_name(std::string_view what, std::string_view name, std::span<const std::string_view> names,
                              std::string_view where = {});

/// The enumerator of this name; `names` are those of an enumeration's 0, 1, 2 ... Throws as `refuse_name`.
template <class Kind>
Kind parse_name(std::string_view name, std::span<const std::string_view> names, std::string_view what,
                std::string_view where = {}) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (name == names[i]) return static_cast<Kind>(i);
  refuse_name(what, name, names, where);
}

}  // namespace spillway
