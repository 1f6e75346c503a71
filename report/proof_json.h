// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "spillway/models/dataflow/prove.h"
#include "spillway/models/load/prove_tiles.h"

namespace spillway {

/// What is proven of a unit's register, and of tiles, as `spillway check` says it (docs/json.md), witnesses included.
nlohmann::ordered_json as_json(const register_proof& check);
nlohmann::ordered_json as_json(const std::vector<tile_proof>& checks);

}  // namespace spillway
