// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/output_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace spillway {

namespace {

constexpr std::uint64_t sink_seed = 0x5851f42d4c957f2d;  // so that all ends stall independently

}  // namespace

output_collector::output_collector(const dataflow& flow, std::uint64_t frames, const stall_options& stalls,
                                   clock_domain& clock)
    : m_flow(flow), m_shapes(output_shapes(flow)) {
  const output_format all = output_format_of(flow);
  for (std::size_t output = 0; output < m_shapes.size(); ++output) {
    const bool is_only = m_shapes.size() == 1;
    const std::int64_t elements = is_only ? all.channels : m_shapes[output].lanes * m_shapes[output].beats;
    const std::string name = is_only ? "sink" : fmt::format("sink_{}", output);
    m_sinks.push_back(std::make_unique<sink>(
        name.c_str(), sink::config{elements, is_only ? all.vectors : 1, frames, stalls.sink,
                                   stalls.seed ^ sink_seed * (2 * static_cast<std::uint64_t>(output) + 1)}));
    m_sinks.back()->clock(clock);
  }
}

integer_tensor output_collector::take_values() {
  std::vector<integer_tensor> parts;
  const std::uint64_t frames = frames_done();
  for (std::size_t output = 0; output < m_sinks.size(); ++output) {
    parts.push_back(m_sinks[output]->take_values());
    if (m_sinks.size() == 1) return std::move(parts[0]);
    parts.back().shape[0] = static_cast<std::int64_t>(frames);  // others may have more
    parts.back().words.resize(static_cast<std::size_t>(parts.back().size() * parts.back().type.words()));
  }
  return join_outputs(m_flow, std::move(parts));
}

std::span<const std::int64_t> output_collector::words_of(std::uint64_t frames) {
  if (m_sinks.size() == 1) return m_sinks[0]->words_of(frames);
  std::vector<integer_tensor> parts;
  for (std::size_t output = 0; output < m_sinks.size(); ++output) {
    const std::span<const std::int64_t> words = m_sinks[output]->words_of(frames);
    const stream_shape& shape = m_shapes[output];
    parts.push_back(
        {shape.type, {static_cast<std::int64_t>(frames), shape.lanes * shape.beats}, {words.begin(), words.end()}});
  }
  m_words = join_outputs(m_flow, std::move(parts)).words;
  return m_words;
}

std::span<const std::uint64_t> output_collector::frame_cycles() {
  if (m_sinks.size() == 1) return m_sinks[0]->frame_cycles();
  m_cycles.assign(static_cast<std::size_t>(frames_done()), 0);
  for (const auto& one : m_sinks)
    for (std::size_t frame = 0; frame < m_cycles.size(); ++frame)
      m_cycles[frame] = std::max(m_cycles[frame], one->frame_cycles()[frame]);
  return m_cycles;
}

std::uint64_t output_collector::frames_done() const {
  std::uint64_t frames = std::numeric_limits<std::uint64_t>::max();
  for (const auto& one : m_sinks) frames = std::min(frames, one->frames_done());
  return frames;
}

void output_collector::expect(std::uint64_t frames) {
  for (const auto& one : m_sinks) one->expect(frames);
}

}  // namespace spillway
