// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/study_output.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "spillway/cli/console.h"
#include "spillway/cli/study_table.h"
#include "spillway/models/support/error.h"
#include "spillway/report/report.h"

namespace spillway {

namespace {

void make_page(const std::string& directory, const study_output_options& options) {
  if (options.no_report) return;
  report_options report;
  try {
    find_viewer(report);
  } catch (const io_error& missing) {
    if (!options.quiet) say(fmt::format("note: no report: {}", missing.what()));
    return;
  }
  write_report(directory, report);
  if (!options.quiet) say(fmt::format("report: {}/report.html", directory));
}

}  // namespace

void add_study_output_options(CLI::App& command, study_output_options& options) {
  command.add_flag("--no-report", options.no_report, "Don't make DIR/report.html");
  command.add_flag("--json", options.json, "Print JSON");
  command.add_flag("-q,--quiet", options.quiet, "No progress, no notes");
}

void put_out_study(const study_list& study, const std::string& directory, const study_result& result,
                   const study_output_options& options) {
  print_study(study, directory, result, options.json);
  make_page(directory, options);
}

}  // namespace spillway
