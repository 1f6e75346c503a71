// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/network_times.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "spillway/models/dataflow/outputs.h"

namespace spillway::times {

network_times::network_times(const dataflow& flow) {
  m_units.push_back(time_source(input_shape(flow).beats));
  for (const dataflow_unit& unit : flow.units) m_units.push_back(time_unit(unit));
  for (const stream_shape& output : output_shapes(flow)) m_units.push_back(time_sink(output.beats));
  m_outputs.resize(m_units.size() - 1 - flow.units.size());
  m_waiting.resize((m_units.size() + 63) / 64);
  connect(flow);
}

network_times::network_times(const network_times& other)
    : m_links(other.m_links), m_outputs(other.m_outputs), m_waiting(other.m_waiting) {
  for (const auto& unit : other.m_units) m_units.push_back(unit->clone());
}

network_times& network_times::operator=(const network_times& other) {
  if (this != &other) *this = network_times(other);
  return *this;
}

void network_times::connect(const dataflow& flow) {
  m_units.front()->out = {-1};
  for (std::size_t output = 0; output < m_outputs.size(); ++output) m_units[sink_of(output)]->in = {-1};
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    const unit_ports ports = ports_of(flow.units[u]);
    m_units[u + 1]->in.resize(ports.inputs.size());
    m_units[u + 1]->out.resize(ports.outputs.size());
  }
  for (const dataflow_stream& link : streams_of(flow)) {
    const int index = static_cast<int>(m_links.size());
    const bool enters = link.from == dataflow_stream::outside, leaves = link.to == dataflow_stream::outside;
    link_times times;
    times.depth = link.depth;
    times.beats = shape_of(flow, link).beats;
    times.from = enters ? 0 : link.from + 1;
    const auto output = static_cast<std::size_t>(link.to_port);
    times.to = leaves ? static_cast<int>(sink_of(output)) : link.to + 1;
    if (leaves) m_outputs[output] = index;
    m_units[static_cast<std::size_t>(times.from)]->out[enters ? 0 : static_cast<std::size_t>(link.from_port)] = index;
    m_units[static_cast<std::size_t>(times.to)]->in[leaves ? 0 : static_cast<std::size_t>(link.to_port)] = index;
    m_links.push_back(std::move(times));
  }
}

void network_times::run(const horizon& until) {
  for (std::size_t u = 0; u < m_units.size(); ++u) mark(static_cast<int>(u));
  for (bool again = true; again;) {
    again = false;
    for (std::size_t w = 0; w < m_waiting.size(); ++w)
      while (m_waiting[w] != 0) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(m_waiting[w]));
        m_waiting[w] &= m_waiting[w] - 1;
        visit(w * 64 + bit, until);
        again = true;
      }
  }
}

/// Lets a unit go on, and marks those of its neighbours that waited for that.
void network_times::visit(std::size_t unit, const horizon& until) {
  timed_unit& at = *m_units[unit];
  std::int64_t before[8];
  const std::size_t ports = at.in.size() + at.out.size();
  std::vector<std::int64_t> many;
  std::int64_t* counts = before;
  if (ports > std::size(before)) {
    many.resize(ports);
    counts = many.data();
  }
  std::size_t place = 0;
  for (const int link : at.in) counts[place++] = m_links[static_cast<std::size_t>(link)].popped();
  for (const int link : at.out) counts[place++] = m_links[static_cast<std::size_t>(link)].pushed();
  at.advance(m_links, until);
  place = 0;
  for (const int index : at.in) {
    const link_times& link = m_links[static_cast<std::size_t>(index)];
    const std::int64_t popped = counts[place++];
    if (link.popped() > popped && link.pushed() - popped >= link.depth) mark(link.from);
  }
  for (const int index : at.out) {
    const link_times& link = m_links[static_cast<std::size_t>(index)];
    const std::int64_t pushed = counts[place++];
    if (link.pushed() > pushed && pushed == link.popped()) mark(link.to);
  }
}

bool network_times::has_done(std::int64_t frames) const {
  return std::all_of(m_links.begin(), m_links.end(),
                     [&](const link_times& link) { return link.popped() >= frames * link.beats; });
}

cycle network_times::done(std::int64_t frame) const {
  cycle last = 0;
  for (const int output : m_outputs) {
    const link_times& link = m_links[static_cast<std::size_t>(output)];
    last = std::max(last, link.pop.at((frame + 1) * link.beats - 1));
  }
  return last;
}

std::int64_t network_times::frames_done() const {
  std::int64_t frames = std::numeric_limits<std::int64_t>::max();
  for (const int output : m_outputs) {
    const link_times& link = m_links[static_cast<std::size_t>(output)];
    frames = std::min(frames, link.popped() / link.beats);
  }
  return frames;
}

bool network_times::knows(std::int64_t frame) const {
  return std::all_of(m_outputs.begin(), m_outputs.end(), [&](int output) {
    const link_times& link = m_links[static_cast<std::size_t>(output)];
    return frame * link.beats >= link.pop.begin() && (frame + 1) * link.beats <= link.popped();
  });
}

std::size_t network_times::size() const {
  std::size_t runs = 0;
  for (const link_times& link : m_links) runs += link.push.size() + link.pop.size();
  return runs;
}

void network_times::forget_before(std::int64_t frame) {
  for (link_times& link : m_links) {
    link.push.forget_before(frame * link.beats);
    link.pop.forget_before(frame * link.beats);
  }
}

}  // namespace spillway::times
