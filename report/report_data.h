// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "spillway/traces/table.h"

namespace spillway {

/// Everything that a report shows, as read from its database.
struct report_data {
  using named_tables = std::vector<std::pair<std::string, table>>;
  std::string kind;  ///< "run" or "study"
  std::string title;
  std::map<std::string, std::string> meta;
  named_tables tables;  ///< by name, in the order of the page
};

/// Reads DIR/study.sqlite or DIR/run.sqlite (an interrupted run too: its missing tables are empty). Of single events
/// and of frames that changed their class it takes the first `max_rows`.
/// The page shows the prices of `hardware` (as --hardware names it) first, else those of the hardware that the run
/// named. Throws `input_error` where the run has no such prices.
report_data read_report_data(const std::filesystem::path& directory, const std::string& title, std::int64_t max_rows,
                             const std::string& hardware = "");

/// The JSON that stands in the page: {"schema": "spillway-report-1", "kind", "title", "meta", "tables": {name: rows}}.
/// Safe inside a script element: it holds no '<'. NaN is null; an integer that a double cannot hold exactly is text.
std::string to_json(const report_data& data);

}  // namespace spillway
