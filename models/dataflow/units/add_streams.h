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

/// a_factor * a + b_factor * b of two streams of one shape, which may differ in type. PE divides C.
struct add_streams {
  static constexpr unit_facts facts{
      "add_streams", "AddStreams", {"AddStreams_hls", "AddStreams_Batch", "AddStreams"}, {.pe = true}};

  std::string name;  ///< of this unit, in messages and tables
  /// The types of input 0, of input 1 and of the sums. `output_type` must hold every sum.
  integer_type a_type, b_type, output_type;
  std::int64_t channels = 1;           ///< elements of a vector
  int pe = 1;                          ///< sums a cycle, which are the lanes of each stream
  std::int64_t vectors_per_frame = 1;  ///< vectors of C elements in a frame
  /// Constants, not 0, 2^31 - 1 at most in magnitude: shifts and adders, by their signed digits.
  std::int64_t a_factor = 1, b_factor = 1;

  /// PE must divide C, the number of channels; the unit has no SIMD.
  fold_sizes folded_sizes() const { return {{"C", channels}, {}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return channels; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const add_streams& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const add_streams& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
