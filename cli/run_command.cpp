// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <system_error>

#include "spillway/cli/commands.h"
#include "spillway/cli/commit.h"
#include "spillway/cli/console.h"
#include "spillway/cli/near_name.h"
#include "spillway/cli/option_guard.h"
#include "spillway/cli/visible_text.h"
#include "spillway/manual/manual_command.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/version.h"

namespace spillway {

namespace {

std::string given_command_line;  // NOLINT: written once, before anything runs

std::string quote(std::string_view argument) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!argument.empty() && argument.find_first_not_of(plain) == std::string_view::npos) return std::string(argument);
  std::string quoted = "'";
  for (const char c : argument) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// The names that a command takes: its options, and the commands below it.
std::vector<std::string> names_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  for (const CLI::App* sub : command.get_subcommands(nullptr))
    if (!sub->get_group().empty()) names.push_back(sub->get_name());
  return names;
}

/// "; nearest: --json" for a name that is likely meant by `given`, or nothing.
std::string guess(const std::string& given, const std::vector<std::string>& names) {
  std::vector<std::string_view> alike;
  const bool is_option = given.starts_with("--");
  for (const std::string& name : names)
    if (name.starts_with("--") == is_option) alike.push_back(name);
  const std::string_view nearest = near_name(given, alike);
  return nearest.empty() ? "" : fmt::format("; nearest: {}", nearest);
}

/// The first argument that looks like an option and is none of the command's, without a value behind `=`.
std::string unknown_option(const CLI::App& command, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    const std::string name = argument.substr(0, argument.find('='));
    if (name.starts_with("--") && command.get_option_no_throw(name) == nullptr) return name;
  }
  return {};
}

/// What went wrong in one line, with the nearest command or option where a name is unknown.
std::string explain(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& arguments) {
  const CLI::App* command = &app;
  for (auto given = app.get_subcommands(); !given.empty(); given = command->get_subcommands()) command = given.front();
  const std::vector<std::string> names = names_of(*command);
  if (command == &app && !arguments.empty() && !arguments.front().starts_with('-'))
    return fmt::format("there is no command {}{}", arguments.front(), guess(arguments.front(), names));
  if (const std::string name = unknown_option(*command, arguments); !name.empty())
    return fmt::format("{} is not known here{}", name, guess(name, names));
  if (const auto* extra = dynamic_cast<const CLI::ExtrasError*>(&error)) {
    for (const std::string& argument : arguments)
      if (std::string_view(extra->what()).find(argument) != std::string_view::npos && argument != command->get_name())
        return argument + (argument.starts_with('-') ? " is not known here" : " is one argument too many");
  }
  return error.what();
}

int fail(std::string_view command, std::string_view what, int code) {
  say(fmt::format("spillway{}{}: {}", command.empty() ? "" : " ", command, what));
  return code;
}

int guarded(const std::string& command, const command_action& action) {
  try {
    return action();
  } catch (const io_error& e) {
    return fail(command, e.what(), 3);
  } catch (const error& e) {
    return fail(command, e.what(), 2);
  } catch (const std::bad_alloc&) {
    return fail(command, "out of memory: fewer frames (--frames) or a smaller log (--max-events) need less", 3);
  } catch (const std::filesystem::filesystem_error& e) {
    return fail(command, fmt::format("{}: {}", e.path1().string(), e.code().message()), 3);
  } catch (const std::system_error& e) {  // a full or closed stdout, no more threads
    return fail(command, fmt::format("the system refused: {}", e.what()), 3);
  } catch (const std::exception& e) {
    return fail(command, fmt::format("an error that should have been said better: {}", e.what()), 3);
  }
}

}  // namespace

const char* command_line() { return given_command_line.c_str(); }

int run_command(int argc, const char* const* argv) {
  given_command_line = "spillway";
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) {
    arguments.emplace_back(argv[i]);
    given_command_line += " " + quote(argv[i]);
  }
  CLI::App app("Bit-accurate simulation and cost of quantized streaming FPGA accelerators.", "spillway");
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("spillway {} (commit {})", version(), commit()));
  app.footer(
      "Exit codes:\n  0 done, 1 a check failed, 2 bad usage or input, 3 the system refused, 130 interrupted\n"
      "Environment:\n  SPILLWAY_DATA    folders of networks and data by name, with colons between them\n"
      "  SPILLWAY_VIEWER  the empty page (viewer.html) that reports are made of\n");
  command_action action;
  add_info_command(app, action);
  add_check_command(app, action);
  add_compare_command(app, action);
  add_convert_command(app, action);
  add_simulate_command(app, action);
  add_profile_command(app, action);
  add_estimate_command(app, action);
  add_explore_command(app, action);
  add_study_command(app, action);
  add_rtl_command(app, action);
  add_trace_command(app, action);
  add_report_command(app, action);
  add_version_command(app, action);
  manual::add_manual_command(app, "spillway " + version(), [&action](command_action set) { action = std::move(set); });
  guard_options(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    const auto given = app.get_subcommands();
    return fail(given.empty() ? "" : given.front()->get_name(), explain(app, e, arguments) + " (--help lists what is)",
                2);
  }
  const visible_stdout filter;
  const int code = guarded(app.get_subcommands().front()->get_name(), action);
  if (std::fflush(stdout) != 0) return fail("", fmt::format("standard output: {}", std::strerror(errno)), 3);
  return code;
}

}  // namespace spillway
