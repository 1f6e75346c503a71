// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/accumulator_format.h"
#include "models/integer_network.h"
#include "models/units/memory_style.h"
#include "models/units/mvau.h"
#include "models/units/unit_checks.h"

namespace spillway {

// The accelerator as hardware units: what simulation, cost and RTL all read, so that they can't speak of different
// machines.

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

}  // namespace spillway
