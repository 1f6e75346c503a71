// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/integer_tensor.h"
#include "models/units/stream_shape.h"

namespace spillway {

/// Puts `value` around each frame, and between its pixels where a stride is more than 1 (FINN's FMPadding and
/// FMPadding_Pixel): [H, W, C / SIMD] beats to [OH, OW, C / SIMD]. SIMD divides C.
struct padding {
  std::string name;
  integer_type type;
  std::int64_t height = 1, width = 1, channels = 1;  ///< of the input
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t value = 0;
  int simd = 1;

  std::int64_t output_height() const { return (height - 1) * stride_h + 1 + top + bottom; }
  std::int64_t output_width() const { return (width - 1) * stride_w + 1 + left + right; }

  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const padding& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const padding& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
