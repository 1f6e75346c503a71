// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/beats.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/support/error.h"

namespace spillway {

std::int64_t count_frames(const std::string& unit, const unit_ports& ports, std::span<const integer_tensor> beats) {
  if (beats.size() != ports.inputs.size())
    throw config_error(fmt::format("{} has {} inputs, not {}", unit, ports.inputs.size(), beats.size()));
  for (std::size_t port = 0; port < beats.size(); ++port) {
    const stream_shape& shape = ports.inputs[port];
    const integer_tensor& values = beats[port];
    if (values.type != shape.type || values.shape.size() != 2 || values.shape[1] != shape.lanes ||
        values.shape[0] % shape.beats != 0 ||
        values.shape[0] / shape.beats != beats[0].shape[0] / ports.inputs[0].beats)
      throw config_error(fmt::format("{}: input {} takes frames of {} beats of {} x {}, as many as its other inputs",
                                     unit, port, shape.beats, shape.lanes, to_string(shape.type)));
  }
  return beats[0].shape[0] / ports.inputs[0].beats;
}

std::vector<integer_tensor> blank_outputs(const unit_ports& ports, std::int64_t frames) {
  std::vector<integer_tensor> outputs;
  for (const stream_shape& shape : ports.outputs)
    outputs.push_back(integer_tensor::zeros(shape.type, {frames * shape.beats, shape.lanes}));
  return outputs;
}

void copy_elements(const integer_tensor& from, std::int64_t first, integer_tensor& to, std::int64_t place,
                   std::int64_t count) {
  std::copy_n(from.at(first), count * from.type.words(), to.at(place));
}

}  // namespace spillway
