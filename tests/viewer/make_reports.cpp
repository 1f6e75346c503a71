// SPDX-License-Identifier: Apache-2.0
// make_reports DIR VIEWER: writes DIR/study and DIR/run from the fixtures, with their reports.
#include <cstdio>
#include <exception>
#include <filesystem>

#include "spillway/report/report.h"
#include "spillway/tests/viewer/fixtures.h"

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::fputs("usage: make_reports DIR VIEWER\n", stderr);
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  spillway::report_options options;
  options.viewer = argv[2];
  std::filesystem::remove_all(directory / "study");
  std::filesystem::remove_all(directory / "run");
  fixtures::write_study(directory / "study");
  fixtures::write_run(directory / "run");
  spillway::write_report(directory / "study", options);
  spillway::write_report(directory / "run", options);
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "%s\n", failure.what());
  return 1;
}
