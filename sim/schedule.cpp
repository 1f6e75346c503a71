// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/schedule.h"

#include <algorithm>
#include <deque>

namespace spillway {

void issue_times::append(std::uint64_t cycle) {
  if (m_runs.empty() || cycle != m_next_cycle) m_runs.push_back({m_count, cycle});
  ++m_count;
  m_next_cycle = cycle + 1;
}

std::uint64_t issue_times::cycle_of(std::uint64_t index) const {
  const auto after = std::upper_bound(m_runs.begin(), m_runs.end(), index,
                                      [](std::uint64_t i, const run& r) { return i < r.first_iteration; });
  const run& r = *(after - 1);
  return r.first_cycle + (index - r.first_iteration);
}

namespace {

/// Beats in a stream at the start of the cycle, and the changes that its end commits.
struct stream_fill {
  int depth = 2;
  int count = 0;
  int pushed = 0, popped = 0;

  bool can_read() const { return count > 0; }
  bool can_write() const { return count < depth; }
  void commit() {
    count += pushed - popped;
    pushed = popped = 0;
  }
};

/// The timing of one MVAU. `m_clock` counts the cycles in which its pipeline moves; a result is due `latency` such
/// cycles after the iteration that completed it.
class mvau_timing {
 public:
  mvau_timing(const mvau& unit, std::uint64_t frames)
      : m_sf(static_cast<std::uint64_t>(unit.sf())),
        m_vector(static_cast<std::uint64_t>(unit.nf() * unit.sf())),
        m_latency(static_cast<std::uint64_t>(unit.latency())),
        m_iterations(frames * static_cast<std::uint64_t>(unit.cycles_per_frame())) {}

  void tick(std::uint64_t cycle, stream_fill& in, stream_fill& out, issue_times& issued) {
    const bool due = !m_in_flight.empty() && m_in_flight.front() == m_clock;
    if (due && !out.can_write()) return;
    if (due) {
      ++out.pushed;
      m_in_flight.pop_front();
    }
    const bool takes_beat = m_next % m_vector < m_sf;
    if (m_next < m_iterations && (!takes_beat || in.can_read())) {
      if (takes_beat) ++in.popped;
      issued.append(cycle);
      if (++m_next % m_sf == 0) m_in_flight.push_back(m_clock + m_latency);
    }
    ++m_clock;
  }

 private:
  std::uint64_t m_sf, m_vector, m_latency, m_iterations;
  std::uint64_t m_next = 0, m_clock = 0;
  std::deque<std::uint64_t> m_in_flight;
};

schedule closed_form(const mvau& unit, std::uint64_t frames) {
  schedule result;
  const auto per_frame = static_cast<std::uint64_t>(unit.cycles_per_frame());
  result.units.resize(1);
  result.units[0].append(1);  // the source's first beat is pushed in cycle 0 and seen in cycle 1; then one a cycle
  const auto taken = [&](std::uint64_t iteration) {
    return 1 + iteration + static_cast<std::uint64_t>(unit.latency()) + 1;
  };
  result.first_frame_latency = taken(per_frame - 1) + 1;
  result.cycles = taken(frames * per_frame - 1) + 1;
  return result;
}

}  // namespace

schedule compute_schedule(const dataflow& flow, std::uint64_t frames) {
  if (frames == 0) return {std::vector<issue_times>(flow.units.size()), 0, 0};
  if (flow.units.size() == 1) return closed_form(std::get<mvau>(flow.units[0]), frames);

  schedule result;
  result.units.resize(flow.units.size());
  std::vector<mvau_timing> units;
  for (const dataflow_unit& unit : flow.units) units.emplace_back(std::get<mvau>(unit), frames);
  std::vector<stream_fill> streams;
  for (const dataflow_stream& link : streams_of(flow)) streams.push_back({.depth = link.depth});
  const mvau& first = std::get<mvau>(flow.units.front());
  const mvau& last = std::get<mvau>(flow.units.back());
  std::uint64_t to_send = frames * static_cast<std::uint64_t>(first.vectors_per_frame * first.sf());
  const std::uint64_t beats_per_frame = static_cast<std::uint64_t>(last.vectors_per_frame * last.nf());
  std::uint64_t taken = 0;
  for (std::uint64_t cycle = 0; taken < frames * beats_per_frame; ++cycle) {
    if (to_send > 0 && streams.front().can_write()) {
      ++streams.front().pushed;
      --to_send;
    }
    for (std::size_t u = 0; u < units.size(); ++u) units[u].tick(cycle, streams[u], streams[u + 1], result.units[u]);
    if (streams.back().can_read()) {
      ++streams.back().popped;
      ++taken;
      if (taken == beats_per_frame) result.first_frame_latency = cycle + 1;
      result.cycles = cycle + 1;
    }
    for (stream_fill& stream : streams) stream.commit();
  }
  return result;
}

}  // namespace spillway
