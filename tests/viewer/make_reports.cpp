// SPDX-License-Identifier: Apache-2.0
// make_reports DIR VIEWER: writes the databases of the fixtures into folders of DIR, with their reports, and that of
// DIR/designs, the study that make_sample_study has written there; and pages of two runs.
#include <cstdio>
#include <exception>
#include <filesystem>

#include "spillway/report/compare_runs.h"
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
  for (const char* kind : {"run", "wider", "large-run", "changed"}) std::filesystem::remove_all(directory / kind);
  fixtures::write_run(directory / "run");
  fixtures::write_wider_run(directory / "wider");
  fixtures::write_changed_large_run(directory / "changed");
  fixtures::write_large_run(directory / "large-run");
  for (const char* kind : {"designs", "large-run"}) spillway::write_report(directory / kind, options);
  fixtures::write_profile(directory / "profile");
  options.profile = directory / "profile";
  spillway::write_report(directory / "run", options);
  spillway::write_comparison(directory / "run", directory / "wider", options);
  spillway::write_comparison(directory / "large-run", directory / "changed", options);
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "%s\n", failure.what());
  return 1;
}
