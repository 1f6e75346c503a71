// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "spillway/models/load/design.h"

namespace spillway {

/// The share of a unit's weights that are 0; 0 for weights of more than 64 bits.
double sparsity(const integer_tensor& weights);

/// The document of `spillway info` (docs/json.md): units, folds, registers, metadata, assumptions.
nlohmann::ordered_json design_json(const design& of);

}  // namespace spillway
