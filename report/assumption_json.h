// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "spillway/models/support/assumption.h"

namespace spillway {

/// An array of objects with the strings `where`, `what`, `value` and `why` (docs/json.md).
nlohmann::ordered_json as_json(std::span<const assumption> assumptions);

}  // namespace spillway
