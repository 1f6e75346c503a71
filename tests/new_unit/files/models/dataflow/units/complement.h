// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/dataflow/units/stream_shape.h"
#include "spillway/models/dataflow/units/unit_facts.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// y = -1 - x, element by element, of a signed stream of at most 64 bits. PE divides C.
struct complement {
  static constexpr unit_facts facts{"complement", "Complement", {"Complement_hls", "Complement"}, {.pe = true}};

  std::string name;
  integer_type type;
  std::int64_t channels = 1;
  int pe = 1;
  std::int64_t vectors_per_frame = 1;

  fold_sizes folded_sizes() const { return {{"C", channels}, {}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return channels; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const { return vectors_per_frame * (channels / pe); }
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const complement& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const complement& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
