// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/integer_nodes.h"
#include "models/integer_tensor.h"
#include "models/units/stream_shape.h"

namespace spillway {

/// Reduces windows that a depthwise sliding window sends: [vectors, C / PE, window] beats of PE lanes to [vectors,
/// C / PE]: the greatest, or sum >> shift. PE divides C.
struct pool {
  std::string name;
  integer_type input_type, output_type;
  pool_kind kind = pool_kind::max;
  std::int64_t channels = 1;
  std::int64_t window = 1;
  int shift = 0;
  int pe = 1;
  std::int64_t vectors_per_frame = 1;

  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const pool& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const pool& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
