// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "spillway/cli/commands.h"
#include "spillway/cli/commit.h"
#include "spillway/models/support/version.h"

namespace spillway {

void add_version_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("version", "Print the version, and the commit that it was built from");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print JSON");
  command->callback([json, &action] {
    action = [json] {
      if (*json)
        fmt::print("{}\n", nlohmann::json{{"version", version()}, {"commit", commit()}}.dump());
      else
        fmt::print("spillway {} (commit {})\n", version(), commit());
      return 0;
    };
  });
}

}  // namespace spillway
