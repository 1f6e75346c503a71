// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/check_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "spillway/cli/interrupt.h"
#include "spillway/cli/progress.h"
#include "spillway/models/data/data_split.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/report/differences_on_data.h"

namespace spillway {

namespace {

constexpr std::size_t most_shown = 10;

}  // namespace

difference_report compare_on_data(const design& of, const check_data_options& options) {
  const dataset loaded =
      select_frames(load_dataset(options.data, images_held_back(of.file)), options.skip, options.frames);
  const orderly_stop stops;
  progress bar("frames", static_cast<std::uint64_t>(loaded.frames()), options.quiet);
  const unsigned threads = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  return compare_on_data(of, loaded, threads, [&bar](std::uint64_t done) {
    bar.update(done);
    return !interrupted();
  });
}

void print_differences(const difference_report& report, const std::string& data) {
  fmt::print("the file in float32 against its integers on {}: {} frames, {} outputs\n", data, report.frames,
             report.outputs);
  fmt::print("  {} outputs differ by half a step or more, {} classes; the largest difference is {:.3g} steps\n",
             report.differing_outputs, report.differing_classes, report.largest);
  const std::size_t shown = std::min(most_shown, report.frames_that_differ.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const frame_difference& frame = report.frames_that_differ[i];
    fmt::print("  frame {} ({:.3g} steps): {}\n", frame.frame, frame.largest, to_string(frame.cause));
  }
  if (shown < report.frames_that_differ.size())
    fmt::print("  and {} frames more\n", report.frames_that_differ.size() - shown);
}

}  // namespace spillway
