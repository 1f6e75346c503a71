// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/dataflow/units/stream_shape.h"
#include "spillway/models/dataflow/units/unit_facts.h"
#include "spillway/models/integer_network/nodes.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// Reduces windows that a depthwise sliding window sends: [vectors, C / PE, window] beats of PE lanes to [vectors,
/// C / PE]: the greatest, or sum >> shift. PE divides C.
struct pool {
  static constexpr unit_facts facts{"pool", "Pool", {"Pool_hls", "Pool_Batch", "Pool"}, {.pe = true}};

  std::string name;  ///< of this unit, in messages and tables
  /// The types of the elements of a window and of what it is reduced to. `output_type` must hold every result.
  integer_type input_type, output_type;
  pool_kind kind = pool_kind::max;  ///< the greatest element, or the sum shifted to the right
  std::int64_t channels = 1;        ///< elements of a result vector
  std::int64_t window = 1;          ///< elements of a window, kh * kw
  int shift = 0;  ///< places by which a sum is shifted to the right, rounding down; a maximum is not shifted
  int pe = 1;     ///< channels of a beat, at the input and at the output
  std::int64_t vectors_per_frame = 1;  ///< windows of C channels in a frame

  /// PE must divide C, the number of channels; the unit has no SIMD.
  fold_sizes folded_sizes() const { return {{"C", channels}, {}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return channels; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const pool& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const pool& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
