// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "spillway/manual/completions.h"
#include "spillway/manual/shell_words.h"

namespace spillway::manual {
namespace {

std::string pattern(const std::vector<std::string>& words) {
  std::vector<std::string> parts;
  parts.reserve(words.size());
  for (const std::string& word : words) parts.push_back(quoted(word));
  return fmt::format("{}", fmt::join(parts, "|"));
}

std::string branch(const std::vector<std::string>& words, const std::string& what) {
  return words.empty() ? "" : fmt::format("    {}) {} ;;\n", pattern(words), what);
}

constexpr const char* offer = "mapfile -t COMPREPLY < <(compgen -W {} -- \"$current\")";

/// Which command the words before the cursor name: a value of an option names none.
std::string find_command(const command_page& top) {
  std::string text;
  for (const command_page* page : all_commands(top)) {
    text += branch(option_words(*page, [](const option_page& o) { return o.kind != value_kind::none; }), "((++i))");
    if (page->path.size() > 1) text += branch({full_name(*page)}, "command=\"$command $word\"");
  }
  return text;
}

/// What may stand behind an option.
std::string values(const command_page& top) {
  std::string text;
  for (const command_page* page : all_commands(top)) {
    for (const option_page* option : options_of(*page))
      if (option->kind == value_kind::choice)
        text += branch(
            option_words(*page, [&](const option_page& o) { return &o == option; }),
            fmt::format(fmt::runtime(offer), quoted(fmt::format("{}", fmt::join(option->choices, " ")))) + "; return");
    text += branch(
        option_words(*page,
                     [](const option_page& o) { return o.kind == value_kind::whole || o.kind == value_kind::real; }),
        "return");
    text += branch(option_words(*page, [](const option_page& o) { return o.kind == value_kind::text; }),
                   "_spillway_files; return");
  }
  return text;
}

/// The words of a command itself: its options, the commands below it, and the choices of its arguments.
std::string own_words(const command_page& top) {
  std::string text;
  for (const command_page* page : all_commands(top)) {
    std::vector<std::string> options, words;
    for (const option_page* option : options_of(*page))
      options.insert(options.end(), option->names.begin(), option->names.end());
    for (const command_page& command : page->commands) words.push_back(command.path.back());
    for (const option_page& argument : page->arguments)
      words.insert(words.end(), argument.choices.begin(), argument.choices.end());
    text += branch({full_name(*page)},
                   fmt::format("options={} words={}", quoted(fmt::format("{}", fmt::join(options, " "))),
                               quoted(fmt::format("{}", fmt::join(words, " ")))));
  }
  return text;
}

}  // namespace

std::string bash_completion(const command_page& top) {
  const std::string name = top.path.front(), function = function_name(top);
  return fmt::format(R"(# SPDX-License-Identifier: Apache-2.0
# Completion of {0} for bash, made of the options of the program.

_spillway_files() {{
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$current")
}}

{1}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command={0} word options words i
  COMPREPLY=()
  if [[ $current == = ]]; then
    current=
  elif [[ $before == = ]]; then
    before=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${{COMP_WORDS[i]}}
    case "$command $word" in
{2}    esac
  done
  case "$command $before" in
{3}    esac
  case "$command" in
{4}    esac
  if [[ $current == -* ]]; then
    {5}
    return
  fi
  _spillway_files
  mapfile -t -O ${{#COMPREPLY[@]}} COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -F {1} {0}
)",
                     name, function, find_command(top), values(top), own_words(top),
                     fmt::format(fmt::runtime(offer), "\"$options\""));
}

}  // namespace spillway::manual
