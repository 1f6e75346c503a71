// SPDX-License-Identifier: Apache-2.0
#include "models/dataflow.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/error.h"

namespace spillway {

namespace {

constexpr int widest_default_simd = 64, widest_default_pe = 16;

int largest_divisor(std::int64_t n, int limit) {
  for (int d = static_cast<int>(std::min<std::int64_t>(n, limit)); d > 1; --d)
    if (n % d == 0) return d;
  return 1;
}

/// What leaves `from` must be what `to` takes: type, lanes a beat, values a frame.
void check_stream(const mvau& from, const mvau& to) {
  if (from.output_type != to.input_type)
    throw config_error(fmt::format("{} emits {}, but {} takes {}", from.name, to_string(from.output_type), to.name,
                                   to_string(to.input_type)));
  if (from.mh() != to.mw() || from.vectors_per_frame != to.vectors_per_frame)
    throw config_error(fmt::format("{} emits {} vectors of {} a frame, but {} takes {} of {}", from.name,
                                   from.vectors_per_frame, from.mh(), to.name, to.vectors_per_frame, to.mw()));
  if (from.pe != to.simd)
    throw config_error(
        fmt::format("{} emits beats of PE = {} lanes, but {} takes SIMD = {}: set both to one value "
                    "(there is no width converter yet)",
                    from.name, from.pe, to.name, to.simd));
}

}  // namespace

dataflow lower(const integer_network& net, const std::vector<unit_options>& options) {
  validate(net);
  if (options.size() > net.nodes.size())
    throw config_error(
        fmt::format("options for {} units, but the network has {} layers", options.size(), net.nodes.size()));
  dataflow flow;
  flow.name = net.name;
  int previous_pe = 0;
  for (std::size_t l = 0; l < net.nodes.size(); ++l) {
    const auto* matrix = std::get_if<integer_layer>(&net.nodes[l].op);
    const int input = l == 0 ? net.input_value : net.nodes[l - 1].outputs[0];
    if (!matrix || net.nodes[l].inputs[0] != input)
      throw config_error(fmt::format("nodes[{}] ({}) is no matrix layer behind the one before; right: a chain of them",
                                     l, name_of(net.nodes[l].op)));
    const integer_layer& layer = *matrix;
    const unit_options choice = l < options.size() ? options[l] : unit_options{};
    mvau unit;
    unit.name = fmt::format("MVAU_{}", l);
    unit.input_type = layer.input_type;
    unit.weights = layer.weights;
    unit.thresholds = layer.thresholds;
    unit.output_offset = layer.output_offset;
    unit.accumulator = choice.accumulator.value_or(accumulator_format{});
    unit.output_type = layer.thresholds ? layer.output_type : signed_type(unit.accumulator.bits);
    unit.pe = choice.pe.value_or(largest_divisor(layer.rows(), widest_default_pe));
    unit.simd = choice.simd.value_or(l > 0 ? previous_pe : largest_divisor(layer.columns(), widest_default_simd));
    unit.weight_memory = choice.weight_memory.value_or(memory_style::automatic);
    unit.vectors_per_frame = net.values[static_cast<std::size_t>(input)].shape.positions();
    previous_pe = unit.pe;
    validate(unit, fmt::format("layers[{}]", l));
    flow.units.emplace_back(std::move(unit));
  }
  validate(flow);
  return flow;
}

void validate(const dataflow& flow) {
  if (flow.units.empty()) throw config_error(fmt::format("dataflow {} has no units", flow.name));
  if (flow.stream_depth < 2)
    throw config_error(
        fmt::format("stream_depth = {} must be at least 2 (registered ready and valid)", flow.stream_depth));
  const mvau* previous = nullptr;
  for (const dataflow_unit& any : flow.units) {
    const mvau& unit = std::get<mvau>(any);
    validate(unit, unit.name);
    if (previous != nullptr) check_stream(*previous, unit);
    previous = &unit;
  }
}

}  // namespace spillway
