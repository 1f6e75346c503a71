// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/accelerator.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/sim/units/make_unit.h"

namespace spillway {

namespace {

/// The name of a unit in the hierarchy: SystemC takes no dots and blanks there, and no name twice.
std::string module_name(const std::string& name, std::size_t index) {
  std::string legal = name.empty() ? "unit" : name;
  std::replace_if(
      legal.begin(), legal.end(), [](unsigned char c) { return !(c < 128 && (std::isalnum(c) || c == '_')); }, '_');
  return fmt::format("{}_{}", legal, index);
}

/// Every module of the user's own takes the place of a unit that is there.
void check_names(const dataflow& flow, const module_factories& modules) {
  std::vector<std::string_view> names;
  for (const dataflow_unit& unit : flow.units) names.push_back(name_of(unit));
  for (const auto& [name, make] : modules)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw config_error(
          fmt::format("a module for {}: there is no such unit; nearest: {}", name, nearest_name(name, names)));
}

}  // namespace

accelerator::accelerator(sc_core::sc_module_name name, const dataflow& flow, const integer_tensor& inputs,
                         recorder& events, const stall_options& stalls, const module_factories& modules)
    : sc_core::sc_module(name) {
  validate(flow);
  check_names(flow, modules);
  const auto frames = static_cast<std::uint64_t>(count_frames(flow, inputs));
  const std::int64_t input_vectors = frames == 0 ? 1 : inputs.shape[0] / static_cast<std::int64_t>(frames);
  m_source = std::make_unique<source>("source", inputs, source::config{input_vectors, stalls.source, stalls.seed});
  m_source->clock(clock);
  for (const dataflow_unit& description : flow.units) {
    m_names.push_back(name_of(description));
    const std::string module = module_name(m_names.back(), m_units.size());
    const std::size_t recorded = events.units();
    const auto own = modules.find(m_names.back());
    m_units.push_back(own == modules.end() ? make_unit(module.c_str(), description, events)
                                           : own->second(module.c_str(), description, events));
    if (events.units() == recorded) events.add_unit(0);  // those with registers added themselves
    m_units.back()->clock(clock);
  }
  m_output = std::make_unique<output_collector>(flow, frames, stalls, clock);
  for (const dataflow_stream& link : streams_of(flow)) connect(flow, link);
}

void accelerator::connect(const dataflow& flow, const dataflow_stream& link) {
  const stream_shape shape = shape_of(flow, link);
  m_streams.push_back(std::make_unique<stream>(fmt::format("stream_{}", m_streams.size()).c_str(),
                                               stream::config{shape.type, static_cast<int>(shape.lanes), link.depth}));
  stream& made = *m_streams.back();
  if (link.from == dataflow_stream::outside)
    m_source->out(made);
  else
    m_units[static_cast<std::size_t>(link.from)]->bind_output(static_cast<std::size_t>(link.from_port), made);
  if (link.to == dataflow_stream::outside)
    m_output->of(static_cast<std::size_t>(link.to_port)).in(made);
  else
    m_units[static_cast<std::size_t>(link.to)]->bind_input(static_cast<std::size_t>(link.to_port), made);
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
