// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/dataflow/units/memory_style.h"
#include "spillway/models/dataflow/units/multiplier_style.h"
#include "spillway/models/dataflow/units/stream_shape.h"
#include "spillway/models/dataflow/units/unit_facts.h"
#include "spillway/models/numbers/accumulator_format.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// A vector-vector-activation unit (depthwise): each of C channels has its own dot product of K = kh * kw weights. PE
/// divides C, SIMD divides K. An input beat is SIMD window elements of PE channels: lane = simd * PE + pe, so that the
/// elements of a vector arrive as [C / PE, K, PE] whatever SIMD is. Output beats are PE lanes.
struct vvau {
  static constexpr unit_facts facts{
      "vvau",
      "VVAU",
      {"VVAU_hls", "VVAU_rtl", "VVAU", "VectorVectorActivation", "Vector_Vector_Activate_Batch"},
      {.pe = true, .simd = true, .accumulator = true, .memory = true, .multipliers = true}};

  std::string name;                          ///< of this unit, in messages and tables
  integer_type input_type;                   ///< of the window elements that come in
  integer_tensor weights;                    ///< [C, K]
  std::optional<integer_tensor> thresholds;  ///< [C, steps]
  std::int64_t output_offset = 0;
  integer_type output_type;
  accumulator_format accumulator;
  int pe = 1;
  int simd = 1;
  memory_style weight_memory = memory_style::automatic;
  multiplier_style multipliers = multiplier_style::lut;
  std::int64_t vectors_per_frame = 1;

  /// Channels C, each with a dot product of its own.
  std::int64_t channels() const { return weights.shape[0]; }
  /// Elements of a window, K = kh * kw: the products of a dot product.
  std::int64_t window() const { return weights.shape[1]; }
  /// Neuron folds of a vector, C / PE.
  std::int64_t nf() const { return channels() / pe; }
  /// Synapse folds of a dot product, K / SIMD.
  std::int64_t sf() const { return window() / simd; }
  int latency() const;  ///< as mvau::latency

  /// PE must divide C, the channels, and SIMD must divide kh * kw, the elements of a window.
  fold_sizes folded_sizes() const { return {{"C", channels()}, {"kh * kw", window()}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return channels(); }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const vvau& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const vvau& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
