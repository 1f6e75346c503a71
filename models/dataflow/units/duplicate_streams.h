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

/// Copies each beat to `copies` outputs; it moves when all of them have room.
struct duplicate_streams {
  static constexpr unit_facts facts{"duplicate_streams",
                                    "DuplicateStreams",
                                    {"DuplicateStreams_hls", "DuplicateStreams_Batch", "DuplicateStreams"},
                                    {.pe = true}};

  std::string name;                    ///< of this unit, in messages and tables
  integer_type type;                   ///< of the elements of the input and of every output
  std::int64_t channels = 1;           ///< elements of a vector
  int pe = 1;                          ///< elements of a beat
  std::int64_t vectors_per_frame = 1;  ///< vectors of C elements in a frame
  int copies = 2;                      ///< outputs, each of which gets every beat; at least 1

  /// PE must divide C, the number of channels; the unit has no SIMD.
  fold_sizes folded_sizes() const { return {{"C", channels}, {}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return channels; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const duplicate_streams& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const duplicate_streams& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
