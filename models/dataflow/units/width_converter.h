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

/// Changes the lanes of a beat, `from` to `to`, any ratio; the order of the elements stays. A frame's elements are a
/// multiple of both. A shift register of from + to - gcd(from, to) elements, or of the larger where one divides the
/// other.
struct width_converter {
  static constexpr unit_facts facts{"width_converter",
                                    "StreamingDataWidthConverter",
                                    {"StreamingDataWidthConverter_hls", "StreamingDataWidthConverter_rtl",
                                     "StreamingDataWidthConverter_Batch", "StreamingDataWidthConverter"},
                                    {}};

  std::string name;           ///< of this unit, in messages and tables
  integer_type type;          ///< of the elements that come in and go out
  int from = 1, to = 1;       ///< lanes of an input beat and of an output beat
  std::int64_t elements = 1;  ///< of a frame

  std::int64_t capacity() const;  ///< elements that it holds

  /// The unit has neither PE nor SIMD: `from` and `to` are its lanes.
  fold_sizes folded_sizes() const { return {}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return to; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const width_converter& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const width_converter& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
