// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/near_name.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace spillway {

namespace {

/// Letters added, left out, replaced, and neighbours that changed places (the restricted distance of Damerau and
/// Levenshtein).
std::size_t slips(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> least(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        least[i][j] = i + j;
        continue;
      }
      least[i][j] = std::min({least[i - 1][j] + 1, least[i][j - 1] + 1, least[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        least[i][j] = std::min(least[i][j], least[i - 2][j - 2] + 1);
    }
  return least[a.size()][b.size()];
}

}  // namespace

std::string_view near_name(std::string_view text, std::span<const std::string_view> names) {
  constexpr std::size_t longest = 100;
  if (text.size() > longest) return {};
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(1, text.size() / 4) + 1;
  for (const std::string_view name : names) {
    const bool is_abbreviation = text.size() > 3 && name.starts_with(text);
    const std::size_t found = is_abbreviation ? 0 : slips(text, name);
    if (found >= least) continue;
    least = found;
    nearest = name;
  }
  return nearest;
}

}  // namespace spillway
