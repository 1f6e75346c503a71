// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/nearest_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_abbreviation(std::string_view text, std::string_view name) {
  return !text.empty() && text.size() <= name.size() &&
         std::equal(text.begin(), text.end(), name.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

/// Levenshtein's distance, one row of the table at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_name(std::string_view text, std::span<const std::string_view> candidates) {
  std::string_view nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const std::string_view candidate : candidates) {
    const std::size_t d = is_abbreviation(text, candidate) ? 0 : distance(text, candidate);
    if (d < least) {
      least = d;
      nearest = candidate;
    }
  }
  return nearest;
}

void refuse_name(std::string_view what, std::string_view name, std::span<const std::string_view> names,
                 std::string_view where) {
  throw config_error(fmt::format("{}{}there is no {} {}; nearest: {}", where, where.empty() ? "" : ": ", what, name,
                                 nearest_name(name, names)));
}

}  // namespace spillway
