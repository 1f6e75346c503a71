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

/// Sums all positions of a frame: [positions, C / PE] beats of PE lanes to [1, C / PE] (FINN's GlobalAccPool). The sums
/// leave while the last position arrives. PE divides C.
struct global_accumulate {
  static constexpr unit_facts facts{"global_accumulate",
                                    "GlobalAccPool",
                                    {"GlobalAccPool_hls", "GlobalAccPool_Batch", "GlobalAccPool"},
                                    {.pe = true}};

  std::string name;  ///< of this unit, in messages and tables
  /// The types of the addends and of the sums. `output_type` must hold `positions` times any value of `input_type`.
  integer_type input_type, output_type;
  std::int64_t channels = 1;   ///< sums of a frame, one a channel
  std::int64_t positions = 1;  ///< addends of each sum: the pixels of a frame
  int pe = 1;                  ///< elements of a beat, at the input and at the output

  /// PE must divide C, the number of channels; the unit has no SIMD.
  fold_sizes folded_sizes() const { return {{"C", channels}, {}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return channels; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const global_accumulate& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const global_accumulate& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
