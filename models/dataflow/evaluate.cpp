// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/evaluate.h"

#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

integer_tensor as_beats(const stream_shape& shape, const integer_tensor& inputs) {
  if (inputs.type != shape.type || inputs.size() % (shape.lanes * shape.beats) != 0)
    throw config_error(fmt::format("{} elements of {} are not whole frames of {} beats of {} x {}", inputs.size(),
                                   to_string(inputs.type), shape.beats, shape.lanes, to_string(shape.type)));
  return {inputs.type, {inputs.size() / shape.lanes, shape.lanes}, inputs.words};
}

}  // namespace

integer_tensor evaluate(const dataflow& flow, const integer_tensor& inputs) { return evaluate(flow, inputs, {}); }

integer_tensor evaluate(const dataflow& flow, const integer_tensor& inputs,
                        const std::function<void(int value, const integer_tensor& beats)>& keep) {
  validate(flow);
  const std::vector<dataflow_stream> links = streams_of(flow);
  std::vector<integer_tensor> on(links.size());
  std::set<int> kept;
  const auto send = [&](std::size_t stream, integer_tensor beats) {
    const dataflow_stream& link = links[stream];
    if (keep && link.value >= 0 && link.window_lanes == 0 && kept.insert(link.value).second) keep(link.value, beats);
    on[stream] = std::move(beats);
  };
  for (std::size_t s = 0; s < links.size(); ++s)
    if (links[s].from == dataflow_stream::outside) send(s, as_beats(shape_of(flow, links[s]), inputs));
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    std::vector<integer_tensor> beats(ports_of(flow.units[u]).inputs.size());
    for (std::size_t s = 0; s < links.size(); ++s)  // each stream is read once
      if (links[s].to == static_cast<int>(u)) beats[static_cast<std::size_t>(links[s].to_port)] = std::move(on[s]);
    std::vector<integer_tensor> made =
        std::visit([&](const auto& unit) { return evaluate(unit, beats); }, flow.units[u]);
    for (std::size_t s = 0; s < links.size(); ++s)
      if (links[s].from == static_cast<int>(u)) send(s, std::move(made[static_cast<std::size_t>(links[s].from_port)]));
  }
  std::vector<integer_tensor> left(output_shapes(flow).size());
  for (std::size_t s = 0; s < links.size(); ++s)
    if (links[s].to == dataflow_stream::outside) left[static_cast<std::size_t>(links[s].to_port)] = std::move(on[s]);
  return join_outputs(flow, std::move(left));
}

}  // namespace spillway
