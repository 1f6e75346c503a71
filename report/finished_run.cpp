// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/finished_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "spillway/models/support/atomic_file.h"
#include "spillway/report/assumption_json.h"

namespace spillway {

namespace {

/// The number of a frame in its data set.
std::uint64_t number_of(const finished_run& run, std::uint64_t frame) {
  return frame + static_cast<std::uint64_t>(run.data.first_frame);
}

nlohmann::ordered_json as_json(const finished_run& run) {
  const run_result& result = run.result;
  nlohmann::ordered_json json{{"streams", result.compared.streams},
                              {"beats", result.compared.beats},
                              {"differing_beats", result.compared.differing},
                              {"first_difference", nullptr}};
  if (const auto& first = result.first_difference)
    json["first_difference"] = {{"unit", first->unit},         {"stream", first->link},
                                {"value", first->value},       {"frame", number_of(run, first->frame)},
                                {"position", first->position}, {"channel", first->channel},
                                {"cycle", first->cycle},       {"expected", first->expected},
                                {"found", first->found}};
  return json;
}

void add_comparison(std::string& text, const finished_run& run) {
  const run_result& result = run.result;
  text += fmt::format("  compared             {} beats on {} streams with the integer network: {} differ\n",
                      result.compared.beats, result.compared.streams, result.compared.differing);
  if (const auto& first = result.first_difference)
    text += fmt::format(
        "  first difference     {} in {} ({}): frame {}, position {}, channel {}, cycle {}: {} instead of {}\n",
        first->unit, first->link, first->value, number_of(run, first->frame), first->position, first->channel,
        first->cycle, first->found, first->expected);
}

/// What stands behind a register that nobody asked for and no file claims.
std::string origin_text(register_policy from) {
  const bool is_known = from == register_policy::asked || from == register_policy::claimed;
  return is_known ? "" : fmt::format(" ({})", describe(from));
}

/// Where a unit's register comes from; "asked for" of a dataflow that was put together by hand.
register_origin origin_of(const dataflow& flow, const std::string& unit) {
  const auto found = flow.registers.find(unit);
  return found == flow.registers.end() ? register_origin{} : found->second;
}

}  // namespace

std::string file_ending_of_output(std::size_t index) { return index == 0 ? ".npy" : fmt::format("_{}.npy", index + 1); }

std::string to_json(const finished_run& run) {
  const channel_counts counts = run.events.total();
  nlohmann::ordered_json json;
  json["model"] = run.accelerator.model;
  json["dataset"] = run.data.name;
  json["engine"] = run.engine;
  json["frames"] = run.result.frames;
  json["accuracy"] = run.data.labels.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(run.score.accuracy);
  const bool has_exact_accuracy = run.has_exact && !run.data.labels.empty();
  json["exact_accuracy"] =
      has_exact_accuracy ? nlohmann::ordered_json(run.score.exact_accuracy) : nlohmann::ordered_json();
  json["dot_products"] = counts.dot_products;
  json["overflow_events"] = counts.events;
  json["overflowing_dot_products"] = counts.overflowing_dot_products;
  json["persistent_dot_products"] = counts.persistent_dot_products;
  json["cycles"] = run.result.cycles;
  json["first_frame_latency"] = run.result.first_frame_latency;
  json["mean_abs_error"] = run.has_exact ? nlohmann::ordered_json(run.score.mean_abs_error) : nlohmann::ordered_json();
  json["interrupted"] = run.result.stopped;
  json["assumptions"] = as_json(run.accelerator.assumptions);
  for (std::size_t i = 0; i < run.accelerator.output.parts.size(); ++i) {
    const file_output_part& part = run.accelerator.output.parts[i];
    json["outputs"].push_back(
        {{"name", part.name}, {"shape", part.shape}, {"file", "outputs" + file_ending_of_output(i)}});
  }
  if (run.result.compared.streams > 0) json["compare"] = as_json(run);
  for (std::size_t u = 0; u < run.accelerator.flow.units.size(); ++u) {
    const dataflow_unit& any = run.accelerator.flow.units[u];
    nlohmann::ordered_json row{{"name", name_of(any)}, {"kind", kind_of(any)}};
    if (const auto unit = dot_products_of(any))
      row.update({{"pe", unit->pe},
                  {"simd", unit->simd},
                  {"layer", origin_of(run.accelerator.flow, unit->name).layer},
                  {"accumulator", to_string(unit->accumulator)},
                  {"accumulator_from", to_string(origin_of(run.accelerator.flow, unit->name).from)},
                  {"overflow_events", run.events.total(static_cast<std::uint32_t>(u)).events}});
    if (u < run.result.activity.size()) {
      const unit_activity& activity = run.result.activity[u];
      row["working"] = activity.working;
      row["starved"] = activity.starved;
      row["blocked"] = activity.blocked;
      row["draining"] = activity.draining;
    }
    json["units"].push_back(std::move(row));
  }
  const std::vector<dataflow_stream> links = streams_of(run.accelerator.flow);
  for (std::size_t s = 0; s < run.result.most_filled.size(); ++s)
    json["streams"].push_back({{"stream", name_of(run.accelerator.flow, links[s])},
                               {"depth", links[s].depth},
                               {"high_water", run.result.most_filled[s]}});
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string to_text(const finished_run& run) {
  std::string text;
  const channel_counts counts = run.events.total();
  const double dots = static_cast<double>(std::max<std::uint64_t>(counts.dot_products, 1));
  text += fmt::format("{} on {}: {} frames, {} engine (simulated)\n", shown_path(run.accelerator.model),
                      shown_path(run.data.name), run.result.frames, run.engine);
  for (const dataflow_unit& any : run.accelerator.flow.units)
    if (const auto unit = dot_products_of(any))
      text += fmt::format("  {}: {} x {}, PE {}, SIMD {}, accumulator {}{}\n", unit->name, unit->rows(),
                          unit->columns(), unit->pe, unit->simd, to_string(unit->accumulator),
                          origin_text(origin_of(run.accelerator.flow, unit->name).from));
  if (!run.data.labels.empty())
    text += fmt::format(
        "  top-1                {:.2f}%{}\n", 100 * run.score.accuracy,
        run.has_exact ? fmt::format(" (with registers of full width {:.2f}%)", 100 * run.score.exact_accuracy) : "");
  text += fmt::format("  overflow events      {} in {} of {} dot products ({:.3f}%)\n", counts.events,
                      counts.overflowing_dot_products, counts.dot_products,
                      100 * static_cast<double>(counts.overflowing_dot_products) / dots);
  text += fmt::format("  of these persistent  {} dot products (the finished sum does not fit either)\n",
                      counts.persistent_dot_products);
  if (run.has_exact)
    text += fmt::format("  mean absolute error  {:.6g} (logits, against registers of full width)\n",
                        run.score.mean_abs_error);
  text += fmt::format("  cycles               {} (first frame after {})\n", run.result.cycles,
                      run.result.first_frame_latency);
  if (run.result.compared.streams > 0) add_comparison(text, run);
  return text;
}

}  // namespace spillway
