// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace spillway::manual {

/// What a value of an option is, as far as its type says.
enum class value_kind { none, whole, real, choice, text };

/// An option or an argument, as the parser has it.
struct option_page {
  std::vector<std::string> names;  ///< "-o", "--output"; "MODEL" for an argument
  bool is_argument = false, is_required = false, is_repeated = false;
  value_kind kind = value_kind::none;
  std::vector<std::string> choices;
  std::string what, initial, range;
  std::vector<std::string> needs, excludes;
};

struct option_group {
  std::string title;
  std::vector<option_page> options;
};

/// A footer's paragraph: indented lines below a title ("Examples:") are lines of a console, others are prose.
struct footer_part {
  std::string title;
  std::vector<std::string> lines;
};

/// A command and those below it.
struct command_page {
  std::vector<std::string> path;  ///< "spillway", "study", "plan"
  std::string what;
  std::vector<option_page> arguments;
  std::vector<option_group> groups;
  std::vector<footer_part> footer;
  std::vector<command_page> commands;
};

/// Reads a command off its parser. What has no group is hidden from --help, and here.
command_page read_command(const CLI::App& app);

/// All commands, the first one first, each before those below it.
std::vector<const command_page*> all_commands(const command_page& top);

/// "spillway study plan", or with another character between the words.
std::string full_name(const command_page& page, char between = ' ');

/// "N", "TEXT", "auto|cycle|fast": what stands behind an option; empty for a flag.
std::string value_word(const option_page& option);

/// "spillway trace [OPTIONS] DIR [QUESTION]".
std::string synopsis(const command_page& page);

/// All that is to be said of an option, in sentences: what it is, its range, what it has if left out.
std::string explanation(const option_page& option);

}  // namespace spillway::manual
