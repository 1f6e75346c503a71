// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// [{"unit", "layer", "accumulator", "accumulator_from", "claimed_bits"}], in the order of the units.
nlohmann::ordered_json registers_json(const dataflow& flow);

}  // namespace spillway
