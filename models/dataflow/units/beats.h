// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/dataflow/units/stream_shape.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

// Frames as the streams of a unit carry them: a tensor [frames * beats, lanes] a port. The oracles of the units
// (`evaluate` of each description) take and give them.

/// Frames in `beats`. Throws `config_error`, naming the unit, unless every input port has the same whole number of
/// frames of its type and lanes.
std::int64_t count_frames(const std::string& unit, const unit_ports& ports, std::span<const integer_tensor> beats);

/// `frames` frames of zeros for each output port.
std::vector<integer_tensor> blank_outputs(const unit_ports& ports, std::int64_t frames);

/// Copies `count` elements between tensors of one type.
void copy_elements(const integer_tensor& from, std::int64_t first, integer_tensor& to, std::int64_t place,
                   std::int64_t count);

}  // namespace spillway
