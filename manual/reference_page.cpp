// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "spillway/manual/pages.h"

namespace spillway::manual {
namespace {

/// A text that Markdown takes for nothing but text.
std::string plain(const std::string& text) {
  std::string result;
  bool is_code = false;
  for (const char c : text) {
    if (c == '`') is_code = !is_code;
    if (!is_code && std::string("*_<>[]|{}").find(c) != std::string::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string list_item(const option_page& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "`" : ", `") + name + "`";
  const std::string value = option.is_argument ? "" : value_word(option);
  if (!value.empty()) names += " `" + value + "`";
  return fmt::format("- {}: {}\n", names, plain(explanation(option)));
}

std::string list_items(const std::string& title, const std::vector<option_page>& options) {
  if (options.empty()) return "";
  std::string text = fmt::format("**{}**\n\n", title);
  for (const option_page& option : options) text += list_item(option);
  return text + "\n";
}

std::string part_of(const command_page& page) {
  std::string text = fmt::format("## {}\n\n", full_name(page));
  text += plain(page.what) + (page.what.ends_with('.') ? "\n\n" : ".\n\n");
  text += fmt::format("```text\n{}\n```\n\n", synopsis(page));
  text += list_items("Arguments", page.arguments);
  for (const option_group& group : page.groups) text += list_items(group.title, group.options);
  if (!page.commands.empty()) {
    text += "**Commands**\n\n";
    for (const command_page& command : page.commands)
      text += fmt::format("- `{}`: {}\n", full_name(command), plain(command.what));
    text += "\n";
  }
  for (const footer_part& part : page.footer) {
    if (part.title.empty()) {
      text += plain(part.lines.front()) + "\n\n";
      continue;
    }
    text += fmt::format("**{}**\n\n```text\n{}\n```\n\n", part.title, fmt::join(part.lines, "\n"));
  }
  return text;
}

}  // namespace

std::string reference_page(const command_page& top) {
  std::string text =
      fmt::format("# {}\n\nEvery command with its options, as the program itself has them.\n\n", full_name(top));
  for (const command_page* page : all_commands(top)) text += part_of(*page);
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace spillway::manual
