// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/save_run.h"

#include <fmt/format.h>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/support/version.h"
#include "spillway/resource/finn/model.h"

namespace spillway {

namespace {

/// Everything that determines the result, for the hash that tells two runs' configurations apart.
std::string configuration(const finished_run& run) {
  std::string text = fmt::format("{} {} {}", run.accelerator.model, run.data.name, run.engine);
  for (const dataflow_unit& any : run.accelerator.flow.units) {
    const unit_ports ports = ports_of(any);
    text += fmt::format(" {}:{}:{}", name_of(any), ports.inputs[0].lanes, ports.outputs[0].lanes);
    if (const auto unit = dot_products_of(any))
      text += fmt::format(":{}x{}:{}", unit->pe, unit->simd, to_string(unit->accumulator));
  }
  for (const dataflow_stream& link : streams_of(run.accelerator.flow)) text += fmt::format(" {}", link.depth);
  for (const auto& [name, seed] : run.seeds) text += fmt::format(" {}={}", name, seed);
  return text;
}

std::vector<cost_row> cost_rows(const dataflow& flow) {
  std::vector<cost_row> rows;
  const network_cost cost = finn_cost(flow);
  for (std::size_t u = 0; u < cost.units.size(); ++u)
    for (const cost_term& term : leaves(cost.units[u]))
      rows.push_back({static_cast<std::uint32_t>(u), term.name, term.amount, term.formula});
  return rows;
}

std::vector<frame_row> frame_rows(const finished_run& run) {
  const auto events = events_by_frame(run.events, run.result.frames);
  std::vector<frame_row> rows;
  for (std::size_t f = 0; f < run.score.frames.size(); ++f) {
    const frame_score& score = run.score.frames[f];
    frame_row row;
    row.frame = f;
    if (!run.data.labels.empty()) row.label = run.data.labels[f];
    row.simulated_class = score.simulated_class;
    row.exact_class = score.exact_class;
    row.events = events[f];
    row.abs_error = score.abs_error;
    rows.push_back(row);
  }
  return rows;
}

std::vector<int> certified_bits(const dataflow_unit& any) {
  std::vector<int> bits;
  const auto unit = dot_products_of(any);
  if (!unit) return bits;
  for (const channel_certificate& certificate : certify(*unit)) bits.push_back(certificate.minimal_bits());
  return bits;
}

run_totals totals(const finished_run& run) {
  const channel_counts counts = run.events.total();
  run_totals result;
  result.frames = run.result.frames;
  if (!run.data.labels.empty()) {
    result.accuracy = run.score.accuracy;
    result.exact_accuracy = run.score.exact_accuracy;
  }
  result.dot_products = counts.dot_products;
  result.overflow_events = counts.events;
  result.overflowing_dot_products = counts.overflowing_dot_products;
  result.persistent_dot_products = counts.persistent_dot_products;
  result.cycles = run.result.cycles;
  result.first_frame_latency = run.result.first_frame_latency;
  result.mean_abs_error = run.score.mean_abs_error;
  return result;
}

/// The outputs as the file has them, and what makes its real numbers of them.
void write_outputs(const run_directory& directory, const finished_run& run) {
  const design& of = run.accelerator;
  if (of.output.places.empty()) return write_npy(directory.file("outputs.npy"), run.result.outputs);
  write_npy(directory.file("outputs.npy"), in_file_order(of.output, run.result.outputs));
  write_npy(directory.file("output_scale.npy"), in_file_order(of.output, of.integers.output_scale));
  write_npy(directory.file("output_bias.npy"), in_file_order(of.output, of.integers.output_bias));
}

}  // namespace

run_saver::run_saver(const std::string& directory, bool force)
    : m_directory(directory, force ? run_directory::use::overwrite : run_directory::use::fresh) {}

void run_saver::begin(const finished_run& run) {
  m_manifest = {version(), run.command, content_hash(configuration(run)), run.seeds, utc_now(), 0, false, run.engine};
  m_directory.write_manifest(m_manifest);
  const run_info info{version(), run.command, run.accelerator.model, run.data.name, run.engine, m_manifest.started};
  m_store.emplace(m_directory.file("run.sqlite"), info);
  std::vector<unit_row> units;
  for (const dataflow_unit& unit : run.accelerator.flow.units)
    units.push_back(describe(static_cast<std::uint32_t>(units.size()), unit));
  m_store->write_units(units);
  m_store->write_costs(cost_rows(run.accelerator.flow));
  m_store->write_assumptions(run.accelerator.assumptions);
}

void run_saver::finish(const finished_run& run) {
  std::vector<activity_row> activity;
  for (std::uint32_t u = 0; u < run.events.units(); ++u) {
    m_store->write_counts(u, run.events.counts(u), certified_bits(run.accelerator.flow.units[u]));
    if (run.result.activity.empty()) continue;
    const unit_activity& of = run.result.activity[u];
    activity.push_back({u, of.working, of.starved, of.blocked, of.draining});
  }
  m_store->write_activity(activity);
  m_store->write_frames(frame_rows(run));
  m_store->write_totals(totals(run));
  m_store->write_events(run.events.events());
  write_outputs(m_directory, run);
  const bool capped = run.events.events().size() < run.events.total().events;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
  if (run.result.stopped) return;  // an interrupted run stays marked as unfinished
  m_store->finish(seconds, capped);
  m_manifest.wall_seconds = seconds;
  m_manifest.finished = true;
  m_directory.write_manifest(m_manifest);
}

}  // namespace spillway
