// SPDX-License-Identifier: Apache-2.0
#include "sim/engine.h"

#include <fmt/format.h>

#include "models/error.h"

namespace spillway {

std::int64_t count_frames(const dataflow& flow, const integer_tensor& inputs) {
  const mvau& first = std::get<mvau>(flow.units.front());
  if (inputs.type != first.input_type)
    throw config_error(fmt::format("inputs are {}, but {} takes {}", to_string(inputs.type), first.name,
                                   to_string(first.input_type)));
  if (inputs.shape.size() != 2 || inputs.shape[1] != first.mw())
    throw config_error(fmt::format("inputs have {} values a vector, but {} takes [vectors, {}]",
                                   inputs.shape.empty() ? 0 : inputs.shape.back(), first.name, first.mw()));
  if (inputs.shape[0] % first.vectors_per_frame != 0)
    throw config_error(fmt::format("inputs have {} vectors, which is not a whole number of frames of {}",
                                   inputs.shape[0], first.vectors_per_frame));
  return inputs.shape[0] / first.vectors_per_frame;
}

}  // namespace spillway
