// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/integer_tensor.h"
#include "models/units/stream_shape.h"

namespace spillway {

/// Changes the lanes of a beat, `from` to `to`, any ratio; the order of the elements stays. A frame's elements are a
/// multiple of both. A shift register of from + to - gcd(from, to) elements, or of the larger where one divides the
/// other.
struct width_converter {
  std::string name;
  integer_type type;
  int from = 1, to = 1;
  std::int64_t elements = 1;  ///< of a frame

  std::int64_t capacity() const;  ///< elements that it holds

  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const width_converter& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const width_converter& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
