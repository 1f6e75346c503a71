// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/engine.h"

#include <fmt/format.h>

#include "spillway/models/support/error.h"

namespace spillway {

std::int64_t count_frames(const dataflow& flow, const integer_tensor& inputs) {
  const stream_shape shape = input_shape(flow);
  const std::string& first = name_of(flow.units.front());
  if (inputs.type != shape.type)
    throw config_error(
        fmt::format("inputs are {}, but {} takes {}", to_string(inputs.type), first, to_string(shape.type)));
  validate_shape(inputs, "inputs");
  const std::int64_t elements = shape.beats * shape.lanes;  // of a frame
  if (inputs.shape.size() != 2 || inputs.shape[1] < 1 || elements % inputs.shape[1] != 0)
    throw config_error(fmt::format("inputs have {} values a vector, but {} takes frames of {} values",
                                   inputs.shape.empty() ? 0 : inputs.shape.back(), first, elements));
  const std::int64_t vectors = elements / inputs.shape[1];
  if (inputs.shape[0] % vectors != 0)
    throw config_error(
        fmt::format("inputs have {} vectors, which is not a whole number of frames of {}", inputs.shape[0], vectors));
  return inputs.shape[0] / vectors;
}

}  // namespace spillway
