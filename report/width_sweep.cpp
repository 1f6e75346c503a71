// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/width_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "spillway/models/dataflow/lower.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/frames_again.h"
#include "spillway/sim/sum_profile.h"

namespace spillway {

namespace {

dataflow lowered(const design& accelerator, const register_rule& rule, std::size_t place) {
  lowering_options options = accelerator.choices;
  const auto at = static_cast<std::ptrdiff_t>(std::min(place, options.registers.size()));
  options.registers.insert(options.registers.begin() + at, rule);
  return lower(accelerator.integers, options);
}

/// The design with registers that hold every sum; its folds stay.
dataflow exact_design(const design& accelerator) {
  return lowered(accelerator, {"", register_choice(register_policy::certified, {})},
                 accelerator.choices.registers.size());
}

constexpr const char* too_wide = "several widths at once are for outputs of at most 64 bits; simulate them one by one";

}  // namespace

width_sweep sweep_widths(const design& accelerator, dataset data, const std::vector<std::string>& points,
                         const sweep_options& options) {
  width_sweep result{accelerator.model, data.name, 0, !data.labels.empty(), false, {}};
  const std::vector<int> labels = std::move(data.labels);
  const integer_tensor inputs = quantize_dataset(accelerator.integers, std::move(data));
  const std::int64_t all_frames = inputs.shape[0] / accelerator.integers.input_info().shape.positions();
  std::vector<dataflow> flows;
  bool partial = false;
  for (const std::string& point : points) {
    flows.push_back(lowered(accelerator, parse_register_rule(point), options.place));
    partial = partial || asks_for_partial_sums(flows.back());
  }
  const sum_profile exact =
      profile_sums(exact_design(accelerator), inputs, {partial, options.threads, options.on_progress});
  result.frames = exact.frames;
  result.stopped = exact.stopped;
  for (std::size_t p = 0; p < points.size(); ++p) {
    sweep_point made{points[p], as_outputs_of(flows[p], exact.outputs, too_wide), {}, 0};
    const std::vector<std::int64_t> again = frames_that_can_differ(flows[p], exact);
    made.frames_again = again.size();
    if (!again.empty()) {
      const integer_tensor changed = compute_values(flows[p], frames_of(inputs, all_frames, again), options.threads);
      put_frames(made.outputs, changed, again);
    }
    made.score = score_run(accelerator.integers, made.outputs, exact.outputs, labels, accelerator.output.places);
    result.points.push_back(std::move(made));
  }
  return result;
}

std::string to_text(const width_sweep& sweep) {
  std::string text = fmt::format("{} on {}: {} frames at {} register choices (simulated)\n", sweep.model, sweep.data,
                                 sweep.frames, sweep.points.size());
  for (const sweep_point& point : sweep.points) {
    text += fmt::format("  {:<24}", point.accumulator);
    if (sweep.has_labels)
      text += fmt::format(" top-1 {:>6.2f}% (with registers of full width {:.2f}%)", 100 * point.score.accuracy,
                          100 * point.score.exact_accuracy);
    text += fmt::format("  mean absolute error {:<10.6g} {} frames run again\n", point.score.mean_abs_error,
                        point.frames_again);
  }
  return text;
}

std::string to_json(const width_sweep& sweep) {
  nlohmann::ordered_json json{{"model", sweep.model},
                              {"dataset", sweep.data},
                              {"frames", sweep.frames},
                              {"interrupted", sweep.stopped},
                              {"points", nlohmann::ordered_json::array()}};
  for (const sweep_point& point : sweep.points) {
    nlohmann::ordered_json row{{"accumulator", point.accumulator},
                               {"accuracy", nullptr},
                               {"exact_accuracy", nullptr},
                               {"mean_abs_error", point.score.mean_abs_error},
                               {"frames_again", point.frames_again}};
    if (sweep.has_labels) {
      row["accuracy"] = point.score.accuracy;
      row["exact_accuracy"] = point.score.exact_accuracy;
    }
    json["points"].push_back(std::move(row));
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace spillway
