// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/check_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "spillway/cli/interrupt.h"
#include "spillway/cli/progress.h"
#include "spillway/models/data/data_split.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/sim/evaluate_fast.h"

namespace spillway {

namespace {

constexpr std::size_t most_shown = 10;

nlohmann::ordered_json optional(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

}  // namespace

difference_report compare_on_data(const design& of, const check_data_options& options) {
  streamline_report report;
  const integer_network integers = streamline(of.file, &report, of.streamlining);
  const dataset loaded =
      select_frames(load_dataset(options.data, images_held_back(of.file)), options.skip, options.frames);
  quantize_dataset(integers, select_frames(loaded, 0, 1));  // refuses what does not fit, by name
  const orderly_stop stops;
  progress bar("frames", static_cast<std::uint64_t>(loaded.frames()), options.quiet);
  comparison_options comparison;
  comparison.threads = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  comparison.evaluate = [&](const integer_network& net, const integer_tensor& inputs) {
    return evaluate_fast(net, inputs, comparison.threads);
  };
  comparison.on_progress = [&bar](std::uint64_t done) {
    bar.update(done);
    return !interrupted();
  };
  return explain_differences(of.file, integers, report, real_inputs(loaded, &integers.input), comparison);
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

nlohmann::ordered_json as_json(const difference_report& report) {
  nlohmann::ordered_json json{{"frames", report.frames},
                              {"outputs", report.outputs},
                              {"differing_outputs", report.differing_outputs},
                              {"differing_classes", report.differing_classes},
                              {"largest_steps", report.largest},
                              {"interrupted", report.stopped},
                              {"frames_that_differ", nlohmann::ordered_json::array()}};
  for (const frame_difference& frame : report.frames_that_differ)
    json["frames_that_differ"].push_back({{"frame", frame.frame},
                                          {"largest_steps", frame.largest},
                                          {"file_class", frame.file_class},
                                          {"exact_class", frame.exact_class},
                                          {"cause", to_string(frame.cause)},
                                          {"step", to_string(frame.cause.step)},
                                          {"where", frame.cause.where},
                                          {"element", frame.cause.element},
                                          {"file_value", frame.cause.file_value},
                                          {"exact_value", frame.cause.exact_value},
                                          {"file_level", optional(frame.cause.file_level)},
                                          {"exact_level", optional(frame.cause.exact_level)}});
  return json;
}

}  // namespace spillway
