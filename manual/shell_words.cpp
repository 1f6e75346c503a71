// SPDX-License-Identifier: Apache-2.0
#include "spillway/manual/shell_words.h"

#include <algorithm>

namespace spillway::manual {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string function_name(const command_page& page) {
  std::string name = "_" + full_name(page, '_');
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<const option_page*> options_of(const command_page& page) {
  std::vector<const option_page*> options;
  for (const option_group& group : page.groups)
    for (const option_page& option : group.options) options.push_back(&option);
  return options;
}

}  // namespace spillway::manual
