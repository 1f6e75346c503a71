// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "spillway/models/numbers/joined_values.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

std::int64_t elements_of(const stream_shape& shape) { return shape.lanes * shape.beats; }

}  // namespace

std::vector<dataflow_stream> streams_to_sinks(const dataflow& flow) {
  std::vector<dataflow_stream> result;
  for (const dataflow_stream& link : streams_of(flow))
    if (link.to == dataflow_stream::outside) result.push_back(link);
  std::sort(result.begin(), result.end(),
            [](const dataflow_stream& a, const dataflow_stream& b) { return a.to_port < b.to_port; });
  if (result.empty()) throw config_error(fmt::format("dataflow {} has no stream to outside", flow.name));
  return result;
}

std::vector<stream_shape> output_shapes(const dataflow& flow) {
  std::vector<stream_shape> result;
  for (const dataflow_stream& link : streams_to_sinks(flow)) result.push_back(shape_of(flow, link));
  return result;
}

output_format output_format_of(const dataflow& flow) {
  const std::vector<dataflow_stream> links = streams_to_sinks(flow);
  const std::vector<stream_shape> shapes = output_shapes(flow);
  output_format format{shapes[0].type, 1, 0};
  std::vector<integer_type> types;
  for (const stream_shape& shape : shapes) {
    types.push_back(shape.type);
    format.channels += elements_of(shape);
  }
  format.type = common_type(types);
  if (shapes.size() > 1 || links[0].from == dataflow_stream::outside) return format;
  const std::int64_t all = format.channels;
  format.channels = std::visit([&](const auto& unit) { return unit.vector_elements(links[0].from_port); },
                               flow.units.at(static_cast<std::size_t>(links[0].from)));
  format.vectors = all / format.channels;
  return format;
}

integer_tensor join_outputs(const dataflow& flow, std::vector<integer_tensor> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  const std::int64_t frames = parts[0].size() / elements_of(output_shapes(flow)[0]);
  return join_frames(std::move(parts), frames);
}

std::vector<integer_tensor> outputs_apart(const dataflow& flow, const integer_tensor& joined) {
  const std::vector<stream_shape> shapes = output_shapes(flow);
  std::int64_t all = 0, first = 0;
  for (const stream_shape& shape : shapes) all += elements_of(shape);
  if (joined.size() % all != 0)
    throw config_error(fmt::format("{} outputs are not whole frames of {}", joined.size(), all));
  const std::int64_t frames = joined.size() / all;
  std::vector<integer_tensor> parts;
  for (const stream_shape& shape : shapes) {
    const std::int64_t size = elements_of(shape);
    integer_tensor part{joined.type, {frames, size}, {}};
    for (std::int64_t frame = 0; frame < frames; ++frame)
      part.words.insert(part.words.end(), joined.at(frame * all + first), joined.at(frame * all + first + size));
    parts.push_back(in_type(std::move(part), shape.type));
    first += size;
  }
  return parts;
}

}  // namespace spillway
