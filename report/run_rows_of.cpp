// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/run_rows_of.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/bands.h"
#include "spillway/resource/cost.h"
#include "spillway/resource/hardware.h"

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

namespace {

/// Adds to the row of that name, or makes one.
void add_term(std::vector<cost_row>& rows, std::ptrdiff_t first, cost_row made) {
  const auto same =
      std::find_if(rows.begin() + first, rows.end(), [&](const cost_row& row) { return row.term == made.term; });
  if (same == rows.end()) return rows.push_back(std::move(made));
  same->luts += made.luts;
  if (same->low && made.low) *same->low += *made.low;
  if (same->high && made.high) *same->high += *made.high;
}

/// The share of an amount that one of its terms is.
double share(const cost_term& term, double of) { return of > 0 ? term.amount / of : 0; }

/// Terms of one name are one row. Those of LUTs share the unit's band.
void add_terms(std::vector<cost_row>& rows, const cost_row& owner, const unit_cost& cost) {
  const auto first = std::ssize(rows);
  const auto add = [&](const cost_term& term, const std::string& category, const std::optional<value_band>& band,
                       double of) {
    cost_row made = owner;
    made.term = term.name;
    made.luts = term.amount;
    made.formula = term.formula;
    if (!made.category && !category.empty()) made.category = category;
    if (band) {
      made.low = share(term, of) * band->low;
      made.high = share(term, of) * band->high;
    }
    add_term(rows, first, std::move(made));
  };
  for (const cost_term& group : cost.luts.children)
    for (const cost_term& term : leaves(group)) add(term, group.name, lut_band(cost), cost.luts.amount);
  if (cost.luts.children.empty()) add(cost.luts, "", lut_band(cost), cost.luts.amount);
  for (const cost_term* term : {&cost.bram18, &cost.uram, &cost.dsp}) add(*term, "", {}, 0);
  if (!cost.ff) return;
  const cost_term ff{"ff", 0, cost.ff->amount, cost.ff->formula, {}, {}, {}};
  add(ff, "", ff_band(cost), cost.ff->amount);
}

price_row total_of(const unit_cost& cost, const std::string& hardware) {
  price_row row;
  row.hardware = hardware;
  row.name = cost.unit;
  row.kind = cost.kind;
  row.luts = cost.luts.amount;
  if (const auto band = lut_band(cost)) {
    row.luts_low = band->low;
    row.luts_high = band->high;
  }
  if (cost.ff) row.ff = cost.ff->amount;
  if (const auto band = ff_band(cost)) {
    row.ff_low = band->low;
    row.ff_high = band->high;
  }
  row.bram18 = cost.bram18.amount;
  row.uram = cost.uram.amount;
  row.dsp = cost.dsp.amount;
  if (cost.used.sites > 0) row.sites = cost.used.sites;
  return row;
}

/// Units come first, then streams, each in their order.
void add_prices(run_prices& to, const dataflow& flow, const network_cost& cost, const std::string& hardware) {
  const std::size_t units = flow.units.size();
  for (std::size_t u = 0; u < cost.units.size(); ++u) {
    cost_row owner;
    owner.hardware = hardware;
    to.totals.push_back(total_of(cost.units[u], hardware));
    if (u < units) {
      owner.unit = to.totals.back().unit = static_cast<std::uint32_t>(u);
    } else {
      owner.unit.reset();
      owner.stream = static_cast<std::uint32_t>(u - units);
      owner.category = "stream";
    }
    add_terms(to.terms, owner, cost.units[u]);
  }
}

}  // namespace

run_prices prices_in_run(const dataflow& flow, const fpga_device& device) {
  run_prices result;
  for (const hardware kind : {hardware::spillway, hardware::finn_hls, hardware::finn_rtl, hardware::finn_formula}) {
    try {
      add_prices(result, flow, price(flow, kind, device), std::string(to_string(kind)));
    } catch (const config_error& impossible) {  // a memory that the device does not have
      result.not_priced = fmt::format("{}: {}", to_string(kind), impossible.what());
    }
  }
  return result;
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
  const output_format format = output_format_of(run.accelerator.flow);
  const std::int64_t vectors = static_cast<std::int64_t>(frames - first) * format.vectors;
  const auto part = outputs.subspan(static_cast<std::size_t>(first) * format.words());
  const integer_tensor some{format.type, {vectors, format.channels}, {part.begin(), part.end()}};
  const run_score score = score_run(run.accelerator.integers, some, some, {}, run.accelerator.output.places);
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
