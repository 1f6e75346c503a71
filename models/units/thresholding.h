// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/integer_tensor.h"
#include "models/units/memory_style.h"
#include "models/units/stream_shape.h"

namespace spillway {

/// How thresholds are compared; the latency differs, nothing else.
enum class threshold_style : unsigned char {
  parallel,       ///< all comparators at once, counted: 2 cycles
  binary_search,  ///< one comparator a level: ceil(log2(steps + 1)) cycles
};

/// y = output_offset + #{t : thresholds[c, t] <= x} (>= x in a descending channel). PE divides C.
struct thresholding {
  std::string name;
  integer_type input_type, output_type;
  std::int64_t channels = 1;
  integer_tensor thresholds;     ///< [C, steps], or [1, steps]; each row ascending
  std::vector<bool> descending;  ///< one a row; empty: none
  std::int64_t output_offset = 0;
  threshold_style style = threshold_style::parallel;
  memory_style memory = memory_style::automatic;
  int pe = 1;
  std::int64_t vectors_per_frame = 1;

  int latency() const;

  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const thresholding& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const thresholding& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
