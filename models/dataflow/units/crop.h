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

/// Keeps a part of each frame (FINN's Crop, and channels too): rows and columns but for those at the borders, and
/// `kept_channels` channels from `first_channel` on. SIMD divides C, the first channel and the number of those kept.
struct crop {
  static constexpr unit_facts facts{"crop", "Crop", {"Crop_hls", "Crop_rtl", "Crop"}, {.simd = true}};

  std::string name;                                  ///< of this unit, in messages and tables
  integer_type type;                                 ///< of the elements that come in and go out
  std::int64_t height = 1, width = 1, channels = 1;  ///< of the input
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
  std::int64_t first_channel = 0, kept_channels = 1;
  int simd = 1;

  /// Rows and columns of the output.
  std::int64_t output_height() const { return height - top - bottom; }
  std::int64_t output_width() const { return width - left - right; }

  /// SIMD must divide what all three numbers of channels have in common; the unit has no PE.
  fold_sizes folded_sizes() const;
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return kept_channels; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const crop& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const crop& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
