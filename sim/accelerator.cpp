// SPDX-License-Identifier: Apache-2.0
#include "sim/accelerator.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <variant>

#include "models/error.h"
#include "sim/units/mvau_unit.h"

namespace spillway {

namespace {

constexpr std::uint64_t sink_seed = 0x5851f42d4c957f2d;  // so that both ends stall independently

/// The name of a unit in the hierarchy: SystemC takes no dots and blanks there, and no name twice.
std::string module_name(const std::string& name, std::size_t index) {
  std::string legal = name.empty() ? "unit" : name;
  std::replace_if(
      legal.begin(), legal.end(), [](unsigned char c) { return !(c < 128 && (std::isalnum(c) || c == '_')); }, '_');
  return fmt::format("{}_{}", legal, index);
}

struct beats {
  std::int64_t elements;  ///< of a vector
  std::int64_t vectors_per_frame;
};

beats output_of(const mvau& description) { return {description.mh(), description.vectors_per_frame}; }

}  // namespace

accelerator::accelerator(sc_core::sc_module_name name, const dataflow& flow, const integer_tensor& inputs,
                         recorder& events, const stall_options& stalls)
    : sc_core::sc_module(name) {
  validate(flow);
  const auto frames = static_cast<std::uint64_t>(count_frames(flow, inputs));
  const beats last = std::visit([](const auto& any) { return output_of(any); }, flow.units.back());
  const std::int64_t first_vectors =
      std::visit([](const auto& any) { return any.vectors_per_frame; }, flow.units.front());

  m_source = std::make_unique<source>("source", inputs, source::config{first_vectors, stalls.source, stalls.seed});
  m_source->clock(clock);
  for (const dataflow_unit& any : flow.units)
    std::visit([&](const auto& description) { build(description, flow.stream_depth, events); }, any);
  m_sink = std::make_unique<sink>("sink", sink::config{last.elements, last.vectors_per_frame, frames, stalls.sink,
                                                       stalls.seed ^ sink_seed});
  m_sink->clock(clock);
  m_source->out(*m_streams.front());
  m_sink->in(*m_streams.back());
}

void accelerator::build(const mvau& description, int depth, recorder& events) {
  // The stream in front of the first unit is made with it; every unit makes the one behind it.
  if (m_streams.empty()) add_stream({description.input_type, description.simd, depth});
  m_names.push_back(description.name);
  auto made = std::make_unique<mvau_unit>(module_name(description.name, m_units.size()).c_str(), description, events);
  made->clock(clock);
  made->in(*m_streams.back());
  made->out(add_stream({description.output_type, description.pe, depth}));
  m_units.push_back(std::move(made));
}

stream& accelerator::add_stream(const stream::config& shape) {
  m_streams.push_back(std::make_unique<stream>(fmt::format("stream_{}", m_streams.size()).c_str(), shape));
  return *m_streams.back();
}

std::vector<unit_activity> accelerator::activity() const {
  std::vector<unit_activity> all;
  for (std::size_t u = 0; u < m_units.size(); ++u) {
    all.push_back(m_units[u]->activity());
    all.back().unit = m_names[u];
  }
  return all;
}

}  // namespace spillway
