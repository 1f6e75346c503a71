// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/accumulator_format.h"
#include "models/integer_network.h"
#include "models/integer_tensor.h"
#include "models/units/memory_style.h"

namespace spillway {

// The accelerator as hardware units: what simulation, cost and RTL all read, so that they can't speak of different
// machines.

/// A matrix-vector-activation unit: MH x MW weights, PE rows and SIMD columns a cycle. PE divides MH, SIMD divides MW.
struct mvau {
  std::string name;
  integer_type input_type;
  integer_tensor weights;                    ///< [MH, MW]
  std::optional<integer_tensor> thresholds;  ///< [MH, steps]; see integer_layer
  std::int64_t output_offset = 0;
  integer_type output_type;                  ///< what leaves: the accumulator's type, or the thresholded one
  accumulator_format accumulator;
  int pe = 1;
  int simd = 1;
  memory_style weight_memory = memory_style::automatic;
  std::int64_t vectors_per_frame = 1;

  std::int64_t mh() const { return weights.shape[0]; }
  std::int64_t mw() const { return weights.shape[1]; }
  std::int64_t nf() const { return mh() / pe; }    ///< neuron folds
  std::int64_t sf() const { return mw() / simd; }  ///< synapse folds
  /// Cycles a frame in steady state: vectors_per_frame * NF * SF.
  std::int64_t cycles_per_frame() const { return vectors_per_frame * nf() * sf(); }
  /// Cycles from the iteration that completes a dot product to the cycle in which its beat is pushed to the output:
  /// operand registers and multipliers 1, adder tree ceil(log2 SIMD), accumulator 1, thresholds 1 if there are any.
  int latency() const;
};

/// Every kind of unit. A closed set: whoever visits it can't forget one.
using dataflow_unit = std::variant<mvau>;

/// A linear chain of units: the stream between two neighbours carries the first one's output beats (PE lanes).
struct dataflow {
  std::string name;
  std::vector<dataflow_unit> units;
  int stream_depth = 2;  ///< beats that each stream holds; at least 2
};

/// The folding and the accumulator of one unit, by unit name.
struct unit_options {
  std::optional<int> pe, simd;
  std::optional<accumulator_format> accumulator;
  std::optional<memory_style> weight_memory;
};

/// The units of an integer network, `MVAU_0`, `MVAU_1`, ... in order. Folds left open take the default: the largest
/// SIMD <= 64 that divides MW (equal to the previous PE for later layers), the largest PE <= 16 that divides MH.
/// Accumulators left open take 32 bits, wrap, per_cycle.
/// Throws `config_error` ("layers[0].pe = 6 does not divide MH = 10; nearest: 5, 10").
dataflow lower(const integer_network& net, const std::vector<unit_options>& options = {});

/// Throws `config_error`, naming the unit, unless every unit and every connection is legal.
void validate(const dataflow& flow);

/// Divisors of `n` next to `value`, as the messages name them: "5, 10".
std::string nearest_divisors(std::int64_t n, std::int64_t value);

}  // namespace spillway
