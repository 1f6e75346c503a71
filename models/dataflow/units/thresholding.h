// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/dataflow/units/memory_style.h"
#include "spillway/models/dataflow/units/stream_shape.h"
#include "spillway/models/dataflow/units/unit_facts.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// How thresholds are compared; the latency differs, nothing else.
enum class threshold_style : unsigned char {
  parallel,       ///< all comparators at once, counted: 2 cycles
  binary_search,  ///< one comparator a level: ceil(log2(steps + 1)) cycles
};

/// y = output_offset + #{t : thresholds[c, t] <= x} (>= x in a descending channel). PE divides C.
struct thresholding {
  static constexpr unit_facts facts{"thresholding",
                                    "Thresholding",
                                    {"Thresholding_hls", "Thresholding_rtl", "Thresholding_Batch", "Thresholding"},
                                    {.pe = true, .memory = true, .thresholds = true}};

  std::string name;  ///< of this unit, in messages and tables
  /// The types of what is compared and of the level that leaves. `output_type` must hold output_offset to
  /// output_offset + steps.
  integer_type input_type, output_type;
  std::int64_t channels = 1;     ///< elements of a vector
  integer_tensor thresholds;     ///< [C, steps], or [1, steps]; each row ascending
  std::vector<bool> descending;  ///< one a row; empty: none
  std::int64_t output_offset = 0;
  threshold_style style = threshold_style::parallel;
  memory_style memory = memory_style::automatic;
  int pe = 1;
  std::int64_t vectors_per_frame = 1;

  /// Cycles from the cycle in which a beat is taken to that in which its levels are pushed to the output: 2 with all
  /// comparators at once, ceil(log2(steps + 1)) as a binary search.
  int latency() const;

  /// PE must divide C, the number of channels; the unit has no SIMD.
  fold_sizes folded_sizes() const { return {{"C", channels}, {}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return channels; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const thresholding& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const thresholding& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
