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

/// Puts `value` around each frame, and between its pixels where a stride is more than 1 (FINN's FMPadding and
/// FMPadding_Pixel): [H, W, C / SIMD] beats to [OH, OW, C / SIMD]. SIMD divides C.
struct padding {
  static constexpr unit_facts facts{
      "padding", "FMPadding", {"FMPadding_hls", "FMPadding_rtl", "FMPadding_Batch", "FMPadding"}, {.simd = true}};

  std::string name;                                  ///< of this unit, in messages and tables
  integer_type type;                                 ///< of the elements that come in and go out, and of `value`
  std::int64_t height = 1, width = 1, channels = 1;  ///< of the input
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t value = 0;
  int simd = 1;

  /// Rows of the output, OH = (H - 1) * stride_h + 1 + top + bottom.
  std::int64_t output_height() const { return (height - 1) * stride_h + 1 + top + bottom; }
  /// Columns of the output, OW = (W - 1) * stride_w + 1 + left + right.
  std::int64_t output_width() const { return (width - 1) * stride_w + 1 + left + right; }

  /// SIMD must divide C, the number of channels; the unit has no PE.
  fold_sizes folded_sizes() const { return {{}, {"C", channels}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return channels; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const padding& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const padding& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
