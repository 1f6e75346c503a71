// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// A module of rtl/sv alone, with its parameters and the bits of its ports: what a rule of the resource model prices.
struct component_point {
  std::string module;
  std::map<std::string, int> parameters, inputs, outputs;
};

/// A stream between two units: `depth` beats of `bits` bits, built as style_of_stream says.
struct stream_point {
  std::int64_t bits = 1, depth = 2;
};

/// One thing to synthesise. `spec` is its line of the list, as JSON without spaces: what a result is of.
struct synthesis_point {
  std::string name;
  std::string stratum;  ///< "A" inside the calibrated box, "B" outside it, "C" of another style, "V" a VVAU, "D" a
                        ///< network, "grid", ...
  std::string spec;
  std::variant<component_point, dataflow_unit, dataflow, stream_point> what;
};

/// The points of a list: a file with one JSON object a line (docs/cost-model.md has the keys). Weights and thresholds
/// depend on the point's `seed` only. Throws `input_error` that names file, line and what would be right.
std::vector<synthesis_point> read_points(const std::filesystem::path& file);

}  // namespace spillway
