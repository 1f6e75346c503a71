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

/// Deals the channels of its input out to its outputs, in order, vector by vector. PE divides every entry.
struct split_stream {
  static constexpr unit_facts facts{
      "split_stream", "StreamingSplit", {"StreamingSplit_hls", "StreamingSplit"}, {.pe = true}};

  std::string name;                    ///< of this unit, in messages and tables
  integer_type type;                   ///< of the elements of the input and of every output
  std::vector<std::int64_t> channels;  ///< one an output
  int pe = 1;
  std::int64_t vectors_per_frame = 1;

  /// PE must divide the greatest common divisor of `channels`; the unit has no SIMD.
  fold_sizes folded_sizes() const;
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int port) const;
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const split_stream& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const split_stream& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
