// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "spillway/cli/commands.h"
#include "spillway/report/compare_runs.h"
#include "spillway/report/report.h"

namespace spillway {

void add_report_command(CLI::App& app, command_action& action) {
  struct arguments {
    std::string directory, against, profile, viewer, title, hardware;
    bool quiet = false;
  };
  CLI::App* command = app.add_subcommand("report", "Make the report page of a run or of a study");
  const auto options = std::make_shared<arguments>();
  command->add_option("DIR", options->directory, "A run directory (simulate -o) or a study directory")->required();
  command->add_option("--against", options->against,
                      "Another run directory: DIR/against.html shows the two side by side");
  command->add_option("--profile", options->profile,
                      "A directory of `spillway profile -o`: the page of a run has the sums of its channels, too");
  command->add_option("--title", options->title, "Title of the page");
  command->add_option("--viewer", options->viewer, "The empty page (viewer.html), if not the one that was built along");
  command
      ->add_option(
          "--hardware", options->hardware,
          "Whose prices the report of a run shows: spillway, finn-hls, finn-rtl or finn-formula; as the run says "
          "if it is left out")
      ->check(CLI::IsMember({"spillway", "finn-hls", "finn-rtl", "finn-formula"}));
  command->add_flag("-q,--quiet", options->quiet, "Don't say where the page is");
  command->footer(
      "Examples:\n  spillway report run && xdg-open run/report.html\n  spillway report run --against another-run\n");
  command->callback([options, &action] {
    action = [options] {
      report_options report;
      report.viewer = options->viewer;
      report.title = options->title;
      report.hardware = options->hardware;
      report.profile = options->profile;
      const bool is_comparison = !options->against.empty();
      if (is_comparison)
        write_comparison(options->directory, options->against, report);
      else
        write_report(options->directory, report);
      if (!options->quiet) fmt::print("{}/{}.html\n", options->directory, is_comparison ? "against" : "report");
      return 0;
    };
  });
}

}  // namespace spillway
