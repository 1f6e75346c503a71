// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/register_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <sstream>

#include "spillway/models/numbers/integer_type.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

constexpr std::int64_t longest_list = 1 << 20;

/// A line without its comment, and without blanks at both ends.
std::string content_of(const std::string& line) {
  constexpr const char* blanks = " \t\r";
  std::string text = line;
  for (std::size_t at = 0; at < text.size(); ++at)
    if (text[at] == '#' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t')) text.resize(at);
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

void add_lines(const std::string& path, std::vector<std::string>& texts) {
  std::istringstream lines(read_file(path, longest_list));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::string text = content_of(line);
    if (text.empty()) continue;
    try {
      if (text.starts_with('@') || text.starts_with('='))
        throw config_error(fmt::format("'{}' is no [UNIT|LAYER=]SPEC", printable(text)));
      parse_register_rule(text);
    } catch (const config_error& wrong) {
      throw config_error(fmt::format("{}:{}: {}", shown_path(path), number, wrong.what()));
    }
    texts.push_back(std::move(text));
  }
}

}  // namespace

std::vector<std::string> register_texts(const std::vector<std::string>& given) {
  std::vector<std::string> texts;
  for (const std::string& text : given) {
    if (text.starts_with('@'))
      add_lines(text.substr(1), texts);
    else
      texts.push_back(text);
  }
  return texts;
}

namespace {

/// Where overflow and scope begin behind a width or a policy with its number: "12|:wrap", "observed:1|:saturate".
std::size_t end_of_width(std::string_view one) {
  const std::size_t colon = std::min(one.find(':'), one.size());
  const char next = colon + 1 < one.size() ? one[colon + 1] : ':';
  const bool is_number = std::isdigit(static_cast<unsigned char>(next)) != 0 || next == '.';
  return is_number ? std::min(one.find(':', colon + 1), one.size()) : colon;
}

}  // namespace

std::vector<std::string> accumulator_points(const std::string& text) {
  const std::size_t equals = text.find('='), begin = equals == std::string::npos ? 0 : equals + 1;
  const std::size_t last_comma = text.rfind(','), last = last_comma == std::string::npos ? begin : last_comma + 1;
  // What stands behind the last alternative is of all.
  const std::size_t end = std::max(begin, last) + end_of_width(std::string_view(text).substr(std::max(begin, last)));
  const std::string before = text.substr(0, begin), after = text.substr(end);
  std::vector<std::string> points;
  for (std::size_t at = begin; at <= end;) {
    const std::size_t comma = std::min(text.find(',', at), end);
    const std::string one = text.substr(at, comma - at);
    const std::size_t dots = one.find(':') == std::string::npos ? one.find("..") : std::string::npos;
    at = comma + 1;
    if (dots == std::string::npos) {
      points.push_back(before + one + after);
      continue;
    }
    const auto number = [&](std::size_t from, std::size_t to) {
      int value = 0;
      const auto [stop, wrong] = std::from_chars(one.data() + from, one.data() + to, value);
      return wrong == std::errc() && stop == one.data() + to ? value : 0;
    };
    const int low = number(0, dots), high = number(dots + 2, one.size());
    if (low < 1 || high > integer_type::max_bits || low > high)
      throw config_error(fmt::format("--accumulator {}: {} is no range of widths; 8..20 is one", text, one));
    for (int bits = low; bits <= high; ++bits) points.push_back(fmt::format("{}{}{}", before, bits, after));
  }
  return points;
}

namespace {

/// How many of overflow and scope a text states behind its width or policy.
std::size_t stated_parts(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals != std::string_view::npos) text.remove_prefix(equals + 1);
  std::size_t parts = 0;
  bool is_margin = text.starts_with("observed:") || text.starts_with("searched:");
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':', colon + 1)) {
    const char next = colon + 1 < text.size() ? text[colon + 1] : ':';
    const bool is_number = std::isdigit(static_cast<unsigned char>(next)) || next == '.';
    if (!(is_margin && is_number)) ++parts;
    is_margin = false;
  }
  return parts;
}

}  // namespace

register_rule parse_register_rule(std::string_view text, const accumulator_format& otherwise) {
  register_rule rule = parse_register_rule(text);
  const std::size_t stated = stated_parts(text);
  if (stated < 1) rule.choice.format.overflow = otherwise.overflow;
  if (stated < 2) rule.choice.format.scope = otherwise.scope;
  return rule;
}

std::string to_string(const register_rule& rule) {
  const register_choice& choice = rule.choice;
  std::string text = rule.name.empty() ? "" : rule.name + "=";
  if (choice.policy == register_policy::asked)
    text += std::to_string(choice.format.bits);
  else
    text += to_string(choice.policy);
  if (choice.margin > 0) text += fmt::format(":{}", choice.margin);
  if (choice.policy == register_policy::searched) text += fmt::format(":{}", choice.loss);
  return text + fmt::format(":{}:{}", to_string(choice.format.overflow), to_string(choice.format.scope));
}

}  // namespace spillway
