// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "spillway/manual/completions.h"
#include "spillway/manual/shell_words.h"

namespace spillway::manual {
namespace {

/// A text within the specification of an option of _arguments.
std::string in_specification(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string action(const option_page& option) {
  switch (option.kind) {
    case value_kind::none:
      return "";
    case value_kind::whole:
      return ":whole number: ";
    case value_kind::real:
      return ":number: ";
    case value_kind::choice:
      return fmt::format(":value:({})", fmt::join(option.choices, " "));
    case value_kind::text:
      return ":text:_files";
  }
  return "";
}

std::string specification(const option_page& option) {
  const std::string what = in_specification(option.what);
  if (option.is_argument) {
    const std::string place = option.is_repeated ? "*" : option.is_required ? "" : ":";
    return quoted(fmt::format("{}:{}{}", place, option.names.front(),
                              option.kind == value_kind::choice ? action(option).substr(6) : ":_files"));
  }
  const std::string rest = fmt::format("[{}]{}", what, action(option));
  if (option.names.size() == 1) return quoted((option.is_repeated ? "*" : "") + option.names.front() + rest);
  const std::string all = fmt::format("{}", fmt::join(option.names, ","));
  const std::string others = option.is_repeated ? "*" : fmt::format("({})", fmt::join(option.names, " "));
  return quoted(others) + "{" + all + "}" + quoted(rest);
}

std::string specifications(const command_page& page) {
  std::string text;
  for (const option_page* option : options_of(page)) text += "    " + specification(*option) + " \\\n";
  for (const option_page& argument : page.arguments) text += "    " + specification(argument) + " \\\n";
  return text;
}

/// Commands below this one, by name: the first word decides.
std::string branches(const command_page& page) {
  std::string text;
  for (const command_page& command : page.commands)
    text += fmt::format("      {}) {} ;;\n", command.path.back(), function_name(command));
  return text;
}

std::string descriptions(const command_page& page) {
  std::string text;
  for (const command_page& command : page.commands)
    text += fmt::format("    {}\n", quoted(in_specification(command.path.back()) + ":" + command.what));
  return text;
}

std::string function_of(const command_page& page) {
  const std::string name = function_name(page);
  if (page.commands.empty())
    return fmt::format("{}() {{\n  _arguments \\\n{}    && return\n}}\n\n", name, specifications(page));
  if (page.arguments.empty())
    return fmt::format(R"({0}() {{
  local curcontext=$curcontext state line
  local -a commands=(
{1}  )
  _arguments -C \
{2}    '1:command:->command' '*::argument:->argument' && return
  case $state in
    command) _describe command commands ;;
    argument) case $line[1] in
{3}    esac ;;
  esac
}}

)",
                       name, descriptions(page), specifications(page), branches(page));
  // A command that does something by itself, too: the word behind it may be a command, or an argument of its own.
  std::string names;
  for (const command_page& command : page.commands) names += (names.empty() ? "" : "|") + command.path.back();
  return fmt::format(R"({0}() {{
  local -a commands=(
{1}  )
  if ((CURRENT > 2)) && [[ $words[2] == ({2}) ]]; then
    shift words
    ((--CURRENT))
    case $words[1] in
{3}    esac
    return
  fi
  ((CURRENT == 2)) && _describe command commands
  _arguments \
{4}    && return
}}

)",
                     name, descriptions(page), names, branches(page), specifications(page));
}

}  // namespace

std::string zsh_completion(const command_page& top) {
  std::string text = fmt::format(
      "#compdef {0}\n# SPDX-License-Identifier: Apache-2.0\n# Completion of {0} for zsh, made of the options of the "
      "program.\n\n",
      top.path.front());
  for (const command_page* page : all_commands(top)) text += function_of(*page);
  return text + function_name(top) + " \"$@\"\n";
}

}  // namespace spillway::manual
