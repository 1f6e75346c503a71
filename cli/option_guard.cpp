// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/option_guard.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace spillway {

namespace {

using check = std::function<std::string(std::string&)>;

/// Refuses what is no whole number from `least` on, and leaves what is as its shortest decimal digits: CLI11 takes a
/// zero in front for the mark of an octal number.
template <class Integer>
std::string check_whole(std::string& text, Integer least) {
  Integer value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (failed == std::errc() && stop == end && value >= least) {
    text = fmt::to_string(value);
    return {};
  }
  const Integer most = std::numeric_limits<Integer>::max();
  return least == std::numeric_limits<Integer>::min() && least != 0
             ? fmt::format("'{}' is no whole number of 64 bits; expected digits", text)
             : fmt::format("'{}' is no whole number from {} to {}", text, least, most);
}

std::string check_real(std::string& text, bool positive) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (failed == std::errc() && stop == end && std::isfinite(value) && (!positive || value > 0)) return {};
  return fmt::format("'{}' is no {}number; expected digits, with a point or an exponent", text,
                     positive ? "positive " : "");
}

std::string check_text(const std::string& text, bool is_written) {
  if (text.empty()) return "is empty; expected a value, or leave the option out";
  if (is_written && text == "-")
    return "'-' is no name of a file; expected one, for instance ./- for a file of this name";
  return {};
}

/// The check that an option's type asks for.
check check_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const bool positive = type.find(":POSITIVE") != std::string::npos;
  if (type.starts_with("UINT"))
    return [positive](std::string& text) { return check_whole<std::uint64_t>(text, positive ? 1 : 0); };
  if (type.starts_with("INT")) {
    const bool is_count = type.find(":NONNEGATIVE") != std::string::npos;
    const std::int64_t least = positive ? 1 : is_count ? 0 : std::numeric_limits<std::int64_t>::min();
    return [least](std::string& text) { return check_whole<std::int64_t>(text, least); };
  }
  if (type.starts_with("FLOAT")) return [positive](std::string& text) { return check_real(text, positive); };
  const bool is_written = option.check_lname("output") || option.check_lname("waves");
  return [is_written](std::string& text) { return check_text(text, is_written); };
}

}  // namespace

void guard_options(CLI::App& app) {
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() > 0) option->transform(CLI::Validator(check_of(*option), "", "guard"));
  for (CLI::App* command : app.get_subcommands(nullptr)) guard_options(*command);
}

}  // namespace spillway
