// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/differences_on_data.h"

#include <nlohmann/json.hpp>

#include "spillway/models/data/select_frames.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/sim/evaluate_fast.h"

namespace spillway {

namespace {

nlohmann::ordered_json optional(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

}  // namespace

difference_report compare_on_data(const design& of, const dataset& data, unsigned threads,
                                  const std::function<bool(std::uint64_t frames_done)>& on_progress) {
  streamline_report report;
  const integer_network integers = streamline(of.file, &report, of.streamlining);
  quantize_dataset(integers, select_frames(data, 0, 1));  // refuses what does not fit, by name
  comparison_options comparison;
  comparison.threads = threads;
  comparison.evaluate = [&](const integer_network& net, const integer_tensor& inputs) {
    return evaluate_fast(net, inputs, comparison.threads);
  };
  comparison.on_progress = on_progress;
  return explain_differences(of.file, integers, report, real_inputs(data, &integers.input), comparison);
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
