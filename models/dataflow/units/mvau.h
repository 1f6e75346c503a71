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

/// A matrix-vector-activation unit: MH x MW weights, PE rows and SIMD columns a cycle. PE divides MH, SIMD divides MW.
struct mvau {
  static constexpr unit_facts facts{
      "mvau",
      "MVAU",
      {"MVAU_hls", "MVAU_rtl", "MVAU", "MatrixVectorActivation", "StreamingFCLayer_Batch"},
      {.pe = true, .simd = true, .accumulator = true, .memory = true, .constant_weights = true, .multipliers = true}};

  std::string name;                          ///< of this unit, in messages and tables
  integer_type input_type;                   ///< of the vectors, MW elements each
  integer_tensor weights;                    ///< [MH, MW]
  std::optional<integer_tensor> thresholds;  ///< [MH, steps]; see integer_layer
  std::int64_t output_offset = 0;
  integer_type output_type;  ///< what leaves: the accumulator's type, or the thresholded one
  accumulator_format accumulator;
  int pe = 1;
  int simd = 1;
  memory_style weight_memory = memory_style::automatic;
  multiplier_style multipliers = multiplier_style::lut;
  std::int64_t vectors_per_frame = 1;
  /// Inputs are UINT1 and weights bipolar: a product is 1 where they agree (1 with +1, 0 with -1), else 0, so that the
  /// register counts 0 to MW.
  bool xnor_popcount = false;

  /// Rows of the matrix: the dot products of a vector, which are the channels of the output.
  std::int64_t mh() const { return weights.shape[0]; }
  /// Columns of the matrix: the elements of an input vector, and the products of a dot product.
  std::int64_t mw() const { return weights.shape[1]; }
  std::int64_t nf() const { return mh() / pe; }    ///< neuron folds
  std::int64_t sf() const { return mw() / simd; }  ///< synapse folds
  /// Cycles a frame in steady state: vectors_per_frame * NF * SF.
  std::int64_t cycles_per_frame() const { return vectors_per_frame * nf() * sf(); }
  /// Cycles from the iteration that completes a dot product to the cycle in which its beat is pushed to the output:
  /// operand registers and multipliers 1, adder tree ceil(log2 SIMD), accumulator 1, thresholds 1 if there are any.
  int latency() const;

  /// PE must divide MH, the rows of the matrix, and SIMD must divide MW, its columns.
  fold_sizes folded_sizes() const { return {{"MH", mh()}, {"MW", mw()}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return mh(); }
  unit_ports ports() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const mvau& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const mvau& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
