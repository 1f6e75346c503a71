// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "spillway/manual/completions.h"
#include "spillway/manual/shell_words.h"

namespace spillway::manual {
namespace {

/// `text` between single quotes of fish, where a backslash escapes.
std::string in_fish(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

std::string joined(const std::vector<std::string>& words) {
  std::vector<std::string> parts;
  parts.reserve(words.size());
  for (const std::string& word : words) parts.push_back(in_fish(word));
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string value_of(const option_page& option) {
  switch (option.kind) {
    case value_kind::none:
      return "";
    case value_kind::choice:
      return fmt::format(" -x -a {}", in_fish(fmt::format("{}", fmt::join(option.choices, " "))));
    case value_kind::whole:
    case value_kind::real:
      return " -x";
    case value_kind::text:
      return " -r -F";
  }
  return "";
}

std::string completions_of(const command_page& page, const std::string& is_here) {
  const std::string head =
      fmt::format("complete -c {} -n {}", page.path.front(), in_fish(is_here + " " + full_name(page)));
  std::string text;
  for (const option_page* option : options_of(page)) {
    text += head;
    for (const std::string& name : option->names)
      text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    text += value_of(*option) + " -d " + in_fish(option->what) + "\n";
  }
  for (const command_page& command : page.commands)
    text += fmt::format("{}{} -a {} -d {}\n", head, page.arguments.empty() ? " -f" : "", in_fish(command.path.back()),
                        in_fish(command.what));
  for (const option_page& argument : page.arguments)
    if (argument.kind == value_kind::choice)
      text += fmt::format("{} -a {}\n", head, in_fish(fmt::format("{}", fmt::join(argument.choices, " "))));
  return text;
}

}  // namespace

std::string fish_completion(const command_page& top) {
  const std::string is_here = "_" + function_name(top) + "_is";
  std::vector<std::string> commands, with_value;
  for (const command_page* page : all_commands(top)) {
    if (page->path.size() > 1) commands.push_back(full_name(*page));
    for (std::string& word : option_words(*page, [](const option_page& o) { return o.kind != value_kind::none; }))
      with_value.push_back(std::move(word));
  }
  std::string text = fmt::format(R"(# SPDX-License-Identifier: Apache-2.0
# Completion of {0} for fish, made of the options of the program.

# Whether the words before the cursor name this command: a value of an option names none.
function {1}
    set -l command {0}
    set -l is_value 0
    for word in (commandline -opc)[2..-1]
        if test $is_value = 1
            set is_value 0
            continue
        end
        switch "$command $word"
            case {2}
                set command "$command $word"
            case {3}
                set is_value 1
        end
    end
    test "$command" = "$argv"
end

)",
                                 top.path.front(), is_here, joined(commands), joined(with_value));
  for (const command_page* page : all_commands(top)) text += completions_of(*page, is_here);
  return text;
}

}  // namespace spillway::manual
