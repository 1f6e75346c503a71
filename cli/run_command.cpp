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
#include "spillway/cli/console.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
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

/// What went wrong, with the nearest command or option where a name is unknown.
std::string explain(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& arguments) {
  const CLI::App* command = &app;
  for (const CLI::App* sub : app.get_subcommands()) command = sub;
  std::vector<std::string> names;
  for (const CLI::Option* option : command->get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  for (const CLI::App* sub : command->get_subcommands(nullptr)) names.push_back(sub->get_name());
  const std::vector<std::string_view> views(names.begin(), names.end());
  std::string text = error.what();
  for (const char* separator : {"\n", "\r"})
    for (std::size_t at = text.find(separator); at != std::string::npos; at = text.find(separator)) text[at] = ' ';
  if (command == &app && !arguments.empty() && !arguments.front().starts_with('-'))
    return fmt::format("there is no command {}; nearest: {}", arguments.front(),
                       nearest_name(arguments.front(), views));
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return text;
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    if (text.find(name) == std::string::npos || command->get_name() == name) continue;
    return fmt::format("{} is not known here; nearest: {}", name, nearest_name(name, views));
  }
  return text;
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
  app.set_version_flag("--version", "spillway " + version());
  command_action action;
  add_info_command(app, action);
  add_check_command(app, action);
  add_convert_command(app, action);
  add_simulate_command(app, action);
  add_estimate_command(app, action);
  add_explore_command(app, action);
  add_rtl_command(app, action);
  add_trace_command(app, action);
  add_report_command(app, action);
  add_version_command(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    const auto given = app.get_subcommands();
    return fail(given.empty() ? "" : given.front()->get_name(), explain(app, e, arguments) + " (--help lists what is)",
                2);
  }
  const int code = guarded(app.get_subcommands().front()->get_name(), action);
  if (std::fflush(stdout) != 0) return fail("", fmt::format("standard output: {}", std::strerror(errno)), 3);
  return code;
}

}  // namespace spillway
