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

/// Nearest neighbour by whole factors: [H, W, C / PE] beats to [H * fh, W * fw, C / PE]. Holds one row. PE divides C.
struct upsample {
  static constexpr unit_facts facts{
      "upsample",
      "UpsampleNearestNeighbour",
      {"UpsampleNearestNeighbour_hls", "UpsampleNearestNeighbour_Batch", "UpsampleNearestNeighbour"},
      {.pe = true}};

  std::string name;                                  ///< of this unit, in messages and tables
  integer_type type;                                 ///< of the elements that come in and go out
  std::int64_t height = 1, width = 1, channels = 1;  ///< of the input
  std::int64_t factor_h = 1, factor_w = 1;
  int pe = 1;

  /// PE must divide C, the number of channels; the unit has no SIMD.
  fold_sizes folded_sizes() const { return {{"C", channels}, {}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return channels; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const upsample& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const upsample& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
