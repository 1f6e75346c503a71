// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/point_simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/frames_again.h"

namespace spillway {

namespace {

constexpr const char* too_wide = "a study is of outputs of at most 64 bits; `spillway simulate` takes wider ones";

std::vector<simulated_unit> units_of(const dataflow& flow, const exact_results& exact) {
  std::vector<simulated_unit> units;
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    const auto view = dot_products_of(flow.units[u]);
    if (!view) continue;
    simulated_unit unit{u, view->name, view->accumulator, flow.registers.at(view->name), 1, {}};
    for (const channel_certificate& channel : certify(*view))
      unit.certified_bits = std::max(unit.certified_bits, channel.minimal_bits());
    const auto needs = exact.sums->total(u).of(limit_scope::final).needs;
    const std::uint64_t all = std::accumulate(needs.begin(), needs.end(), std::uint64_t{0});
    unit.counts.dot_products =
        all / static_cast<std::uint64_t>(exact.frames) * static_cast<std::uint64_t>(exact.counted);
    units.push_back(std::move(unit));
  }
  return units;
}

/// Runs the frames one group after the other, and tells how far it is.
class frame_runner {
 public:
  frame_runner(const dataflow& flow, const exact_results& exact, const simulation_control& control, std::uint64_t all)
      : m_flow(flow), m_exact(exact), m_control(control), m_all(all) {}

  /// With their counts. False if it was stopped.
  bool count(const std::vector<std::int64_t>& frames, simulated_point& point, integer_tensor& outputs) {
    if (frames.empty()) return true;
    recorder events(0);
    run_options options;
    options.threads = m_control.threads;
    options.on_progress = [this](std::uint64_t done) { return tell(done); };
    const run_result run = run_fast_engine(m_flow, frames_of(*m_exact.inputs, m_exact.frames, frames), events, options);
    if (run.stopped) return false;
    put_frames(outputs, run.outputs, frames);
    for (simulated_unit& unit : point.units) {
      const channel_counts counts = events.total(static_cast<std::uint32_t>(unit.place));
      unit.counts.events = counts.events;
      unit.counts.overflowing_dot_products = counts.overflowing_dot_products;
      unit.counts.persistent_dot_products = counts.persistent_dot_products;
    }
    m_done += frames.size();
    return true;
  }

  /// Their outputs alone.
  bool compute(const std::vector<std::int64_t>& frames, integer_tensor& outputs) {
    if (frames.empty()) return true;
    const integer_tensor changed = compute_values(m_flow, frames_of(*m_exact.inputs, m_exact.frames, frames),
                                                  m_control.threads, [this](std::uint64_t done) { return tell(done); });
    if (m_stopped) return false;
    put_frames(outputs, changed, frames);
    return true;
  }

 private:
  bool tell(std::uint64_t done) {
    if (m_control.on_progress && !m_control.on_progress(m_done + done, m_all)) m_stopped = true;
    return !m_stopped;
  }

  const dataflow& m_flow;
  const exact_results& m_exact;
  const simulation_control& m_control;
  std::uint64_t m_all, m_done = 0;
  bool m_stopped = false;
};

}  // namespace

channel_counts simulated_point::total() const {
  channel_counts sum;
  for (const simulated_unit& unit : units) {
    sum.dot_products += unit.counts.dot_products;
    sum.events += unit.counts.events;
    sum.overflowing_dot_products += unit.counts.overflowing_dot_products;
    sum.persistent_dot_products += unit.counts.persistent_dot_products;
  }
  return sum;
}

std::string registers_text(const dataflow& flow) {
  std::string text;
  for (const dataflow_unit& any : flow.units)
    if (const auto unit = dot_products_of(any)) text += to_string(unit->accumulator) + " ";
  return text;
}

std::optional<simulated_point> simulate_point(const dataflow& flow, const exact_results& exact,
                                              const simulation_control& control) {
  simulated_point point;
  point.units = units_of(flow, exact);
  point.is_proved = std::all_of(point.units.begin(), point.units.end(),
                                [](const simulated_unit& unit) { return unit.certified_bits <= unit.format.bits; });
  integer_tensor outputs = as_outputs_of(flow, exact.sums->outputs, too_wide);
  const std::vector<std::int64_t> differ = frames_that_can_differ(flow, *exact.sums);
  std::vector<std::int64_t> counted = frames_that_overflow(flow, *exact.sums), rest;
  counted.erase(std::lower_bound(counted.begin(), counted.end(), exact.counted), counted.end());
  std::set_difference(differ.begin(), differ.end(), counted.begin(), counted.end(), std::back_inserter(rest));
  point.frames_again = differ.size();
  frame_runner runner(flow, exact, control, counted.size() + rest.size());
  if (!runner.count(counted, point, outputs) || !runner.compute(rest, outputs)) return std::nullopt;
  point.answers = judge(*exact.of, outputs, exact.sums->outputs, *exact.data);
  return point;
}

}  // namespace spillway
