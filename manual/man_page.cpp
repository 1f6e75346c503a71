// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "spillway/manual/pages.h"
#include "spillway/manual/shell_words.h"

namespace spillway::manual {
namespace {

/// A text that troff takes for nothing but text.
std::string roff(const std::string& text) {
  std::string result = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char c : text) {
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
  }
  return result;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

std::string entry(const option_page& option) {
  std::vector<std::string> names;
  names.reserve(option.names.size());
  for (const std::string& name : option.names) names.push_back(option.is_argument ? italic(name) : bold(name));
  const std::string value = option.is_argument ? "" : value_word(option);
  return fmt::format(".TP\n{}{}\n{}\n", fmt::join(names, ", "), value.empty() ? "" : " " + italic(value),
                     roff(explanation(option)));
}

std::string section(const std::string& title, const std::vector<option_page>& options) {
  if (options.empty()) return "";
  std::string text = fmt::format(".SH \"{}\"\n", roff(upper(title)));
  for (const option_page& option : options) text += entry(option);
  return text;
}

std::string commands_of(const command_page& page) {
  if (page.commands.empty()) return "";
  std::string text = ".SH COMMANDS\n";
  for (const command_page& command : page.commands)
    text += fmt::format(".TP\n{}(1)\n{}\n", bold(full_name(command, '-')), roff(command.what));
  return text;
}

std::string footer_of(const command_page& page) {
  std::string text;
  for (const footer_part& part : page.footer) {
    if (part.title.empty()) {
      text += ".PP\n" + roff(part.lines.front()) + "\n";
      continue;
    }
    text += fmt::format(".SH \"{}\"\n.nf\n", roff(upper(part.title)));
    for (const std::string& line : part.lines) text += roff(line) + "\n";
    text += ".fi\n";
  }
  return text;
}

/// Exit codes and variables, which are the same for all commands, stand on the program's own page.
std::string see_also(const command_page& page, const command_page& top) {
  std::vector<std::string> pages;
  if (&page != &top) pages.push_back(full_name(top));
  if (page.path.size() > 2) pages.push_back(full_name(top) + "-" + page.path[1]);
  for (const command_page& command : page.commands) pages.push_back(full_name(command, '-'));
  std::vector<std::string> references;
  references.reserve(pages.size());
  for (const std::string& name : pages) references.push_back(bold(name) + "(1)");
  return fmt::format(".SH \"SEE ALSO\"\n{}\n", fmt::join(references, ", "));
}

}  // namespace

std::string man_page(const command_page& page, const command_page& top, const std::string& version) {
  std::string what = page.what;
  while (what.ends_with('.')) what.pop_back();
  std::string text = fmt::format(".TH {} 1 \"\" \"{}\" \"{}\"\n", upper(roff(full_name(page, '-'))), roff(version),
                                 roff(full_name(top)));
  text += fmt::format(".SH NAME\n{} \\- {}\n", roff(full_name(page, '-')), roff(what));
  text += fmt::format(".SH SYNOPSIS\n{}\n", bold(synopsis(page)));
  text += section("arguments", page.arguments);
  text += commands_of(page);
  for (const option_group& group : page.groups) text += section(group.title, group.options);
  return text + footer_of(page) + see_also(page, top);
}

}  // namespace spillway::manual
