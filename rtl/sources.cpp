// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

const rtl_source* find(std::string_view module) {
  const std::span<const rtl_source> all = rtl_sources();
  const auto found = std::find_if(all.begin(), all.end(), [&](const rtl_source& s) { return s.module == module; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

const rtl_source& find_rtl_source(std::string_view module) {
  if (const rtl_source* found = find(module)) return *found;
  throw config_error(fmt::format("there is no module {} in rtl/sv", module));
}

std::set<std::string> modules_named_in(std::string_view text) {
  std::set<std::string> named;
  std::vector<std::string_view> todo{text};
  while (!todo.empty()) {
    const std::string_view next = todo.back();
    todo.pop_back();
    for (std::size_t at = 0; at < next.size();) {
      const auto is_start = [&](std::size_t i) { return is_word(next[i]) && (i == 0 || !is_word(next[i - 1])); };
      if (!is_start(at)) {
        ++at;
        continue;
      }
      std::size_t end = at;
      while (end < next.size() && is_word(next[end])) ++end;
      const std::string_view word = next.substr(at, end - at);
      if (const rtl_source* found = word.starts_with("spillway_") ? find(word) : nullptr)
        if (named.emplace(found->module).second) todo.push_back(found->text);
      at = end;
    }
  }
  return named;
}

}  // namespace spillway
