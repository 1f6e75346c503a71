// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/run_rows_of.h"

#include "spillway/models/certificates/certificate.h"
#include "spillway/resource/finn/model.h"

namespace spillway {

namespace {

/// What is known of a frame before its scores.
frame_row row_of(const finished_run& run, std::uint64_t frame, const std::optional<std::uint64_t>& events) {
  frame_row row;
  row.frame = frame + static_cast<std::uint64_t>(run.data.first_frame);
  if (!run.data.labels.empty()) row.label = run.data.labels[frame];
  row.events = events;
  return row;
}

}  // namespace

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
    frame_row row = row_of(run, f, events[f]);
    row.simulated_class = run.score.frames[f].simulated_class;
    if (run.has_exact) {
      row.exact_class = run.score.frames[f].exact_class;
      row.abs_error = run.score.frames[f].abs_error;
    }
    rows.push_back(row);
  }
  return rows;
}

std::vector<frame_row> frame_rows(const finished_run& run, std::uint64_t first, std::uint64_t frames,
                                  std::span<const std::int64_t> outputs) {
  const stream_shape shape = output_shape(run.accelerator.flow);
  const std::int64_t channels = output_channels(run.accelerator.flow);
  const auto words = static_cast<std::size_t>(shape.beats * shape.lanes * shape.type.words());
  const auto vectors = static_cast<std::int64_t>(frames - first) * shape.beats * shape.lanes / channels;
  const auto part = outputs.subspan(static_cast<std::size_t>(first) * words);
  const integer_tensor some{shape.type, {vectors, channels}, {part.begin(), part.end()}};
  const run_score score = score_run(run.accelerator.integers, some, some, {});
  const auto events = events_by_frame(run.events, frames);
  std::vector<frame_row> rows;
  for (std::uint64_t f = first; f < frames; ++f) {
    rows.push_back(row_of(run, f, events[f]));
    rows.back().simulated_class = score.frames[f - first].simulated_class;
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

std::vector<activity_row> activity_rows(const finished_run& run) {
  std::vector<activity_row> rows;
  for (std::uint32_t u = 0; u < run.result.activity.size(); ++u) {
    const unit_activity& of = run.result.activity[u];
    rows.push_back({u, of.working, of.starved, of.blocked, of.draining});
  }
  return rows;
}

std::vector<stream_row> stream_rows(const finished_run& run) {
  std::vector<stream_row> rows = describe_streams(run.accelerator.flow);
  const std::vector<int>& peaks = run.result.most_filled;
  for (std::size_t s = 0; s < rows.size() && s < peaks.size(); ++s) rows[s].peak = peaks[s];
  return rows;
}

run_totals totals_of(const finished_run& run) {
  const channel_counts counts = run.events.total();
  run_totals result;
  result.frames = run.result.frames;
  if (!run.data.labels.empty()) result.accuracy = run.score.accuracy;
  if (!run.data.labels.empty() && run.has_exact) result.exact_accuracy = run.score.exact_accuracy;
  result.dot_products = counts.dot_products;
  result.overflow_events = counts.events;
  result.overflowing_dot_products = counts.overflowing_dot_products;
  result.persistent_dot_products = counts.persistent_dot_products;
  result.cycles = run.result.cycles;
  result.first_frame_latency = run.result.first_frame_latency;
  result.mean_abs_error = run.has_exact ? std::optional(run.score.mean_abs_error) : std::nullopt;
  return result;
}

}  // namespace spillway
