// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/explore/study/study_directory.h"

namespace CLI {
class App;
}

namespace spillway {

/// How a finished study is shown.
struct study_output_options {
  bool json = false, quiet = false, no_report = false;
};

/// Adds --json, --quiet and --no-report to a command.
void add_study_output_options(CLI::App& command, study_output_options& options);

/// Prints the points, and makes DIR/report.html where the page is installed; a note says where not.
void put_out_study(const study_list& study, const std::string& directory, const study_result& result,
                   const study_output_options& options);

}  // namespace spillway
