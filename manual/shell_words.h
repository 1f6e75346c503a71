// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/manual/command_page.h"

namespace spillway::manual {

/// `text` between single quotes of a POSIX shell.
std::string quoted(const std::string& text);

/// "_spillway_train": a function's name for a command.
std::string function_name(const command_page& page);

/// Options of a command, of all groups.
std::vector<const option_page*> options_of(const command_page& page);

/// "spillway study --output" for each name of the options of a command that `wanted` takes.
template <class Wanted>
std::vector<std::string> option_words(const command_page& page, const Wanted& wanted) {
  std::vector<std::string> words;
  for (const option_page* option : options_of(page))
    if (wanted(*option))
      for (const std::string& name : option->names) words.push_back(full_name(page) + " " + name);
  return words;
}

}  // namespace spillway::manual
