// SPDX-License-Identifier: Apache-2.0
#include "spillway/manual/command_page.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

namespace spillway::manual {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

std::string shown_name(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  return option.get_lnames().empty() ? "-" + option.get_snames().front() : "--" + option.get_lnames().front();
}

std::vector<std::string> shown_names(const std::set<CLI::Option*>& options) {
  std::vector<std::string> names;
  names.reserve(options.size());
  for (const CLI::Option* option : options) names.push_back(shown_name(*option));
  std::sort(names.begin(), names.end());
  return names;
}

/// The kind and the limits of a value: CLI11 has them as "INT:POSITIVE", "TEXT:{auto,cycle,fast}".
void read_type(const std::string& type, option_page& page) {
  const std::size_t open = type.find(":{"), close = type.find('}', open);
  page.kind = value_kind::text;
  if (open != std::string::npos && close != std::string::npos) {
    page.kind = value_kind::choice;
    page.choices = split(type.substr(open + 2, close - open - 2), ',');
    return;
  }
  if (type.starts_with("UINT") || type.starts_with("INT")) page.kind = value_kind::whole;
  if (type.starts_with("FLOAT")) page.kind = value_kind::real;
  const bool is_whole = page.kind == value_kind::whole;
  if (type.find(":POSITIVE") != std::string::npos) page.range = is_whole ? "from 1 on" : "more than 0";
  if (type.find(":NONNEGATIVE") != std::string::npos) page.range = "from 0 on";
  if (const std::size_t in = type.find(" in ["); in != std::string::npos) page.range = type.substr(in + 1);
}

option_page read_option(const CLI::Option& option) {
  option_page page;
  page.is_argument = option.get_positional();
  page.is_required = option.get_required();
  page.is_repeated = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
  page.what = option.get_description();
  if (page.is_argument) page.names.push_back(option.get_name(true));
  for (const std::string& name : option.get_snames()) page.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) page.names.push_back("--" + name);
  if (option.get_items_expected_max() > 0) {
    read_type(option.get_type_name(), page);
    page.initial = option.get_default_str();
  }
  page.needs = shown_names(option.get_needs());
  page.excludes = shown_names(option.get_excludes());
  return page;
}

std::vector<footer_part> read_footer(const std::string& footer) {
  std::vector<footer_part> parts;
  for (const std::string& line : split(footer, '\n')) {
    if (line.empty()) continue;
    if (!line.starts_with(' ') && line.ends_with(':')) {
      parts.push_back({line.substr(0, line.size() - 1), {}});
    } else if (line.starts_with("  ") && !parts.empty() && !parts.back().title.empty()) {
      parts.back().lines.push_back(line.substr(2));
    } else {
      parts.push_back({"", {line}});
    }
  }
  return parts;
}

command_page read_below(const CLI::App& app, std::vector<std::string> path) {
  command_page page;
  path.push_back(app.get_name());
  page.path = path;
  page.what = app.get_description();
  page.footer = read_footer(app.get_footer());
  for (const std::string& title : app.get_groups()) {
    if (title.empty()) continue;
    option_group group{title, {}};
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_group() != title) continue;
      (option->get_positional() ? page.arguments : group.options).push_back(read_option(*option));
    }
    if (!group.options.empty()) page.groups.push_back(std::move(group));
  }
  for (const CLI::App* command : app.get_subcommands(nullptr))
    if (!command->get_group().empty()) page.commands.push_back(read_below(*command, path));
  return page;
}

void add_below(const command_page& page, std::vector<const command_page*>& all) {
  all.push_back(&page);
  for (const command_page& command : page.commands) add_below(command, all);
}

std::string ended(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != ':') text += '.';
  return text;
}

}  // namespace

command_page read_command(const CLI::App& app) { return read_below(app, {}); }

std::vector<const command_page*> all_commands(const command_page& top) {
  std::vector<const command_page*> all;
  add_below(top, all);
  return all;
}

std::string full_name(const command_page& page, char between) {
  return fmt::format("{}", fmt::join(page.path, std::string(1, between)));
}

std::string value_word(const option_page& option) {
  switch (option.kind) {
    case value_kind::none:
      return "";
    case value_kind::whole:
      return "N";
    case value_kind::real:
      return "X";
    case value_kind::choice:
      return fmt::format("{}", fmt::join(option.choices, "|"));
    case value_kind::text:
      return "TEXT";
  }
  return "";
}

std::string synopsis(const command_page& page) {
  std::string text = full_name(page) + " [OPTIONS]";
  for (const option_page& argument : page.arguments) {
    const std::string word = argument.names.front() + (argument.is_repeated ? "..." : "");
    text += argument.is_required ? " " + word : " [" + word + "]";
  }
  if (page.commands.empty()) return text;
  return text + (page.path.size() == 1 ? " COMMAND" : " [COMMAND]");
}

std::string explanation(const option_page& option) {
  std::string text = ended(option.what);
  if (option.is_argument && option.kind == value_kind::choice)
    text += fmt::format(" One of {}.", fmt::join(option.choices, ", "));
  if (!option.range.empty()) text += fmt::format(" A number {}.", option.range);
  if (option.is_repeated && !option.is_argument) text += " May be repeated.";
  if (!option.initial.empty()) text += fmt::format(" {} if left out.", option.initial);
  if (option.is_required && !option.is_argument) text += " Must be given.";
  if (!option.needs.empty()) text += fmt::format(" Only with {}.", fmt::join(option.needs, ", "));
  if (!option.excludes.empty()) text += fmt::format(" Not with {}.", fmt::join(option.excludes, ", "));
  return text;
}

}  // namespace spillway::manual
