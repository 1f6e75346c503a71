// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "spillway/report/report_data.h"

namespace spillway {

/// Adds to the data of a run what the document of a profile of its network (docs/json.md) says of registers:
///
/// - `profile_needs`: of each `unit` (its name) and its `layer` the bits that the data's sums need, by scope (`final`,
///   `per_cycle`, `per_product`), those that no input exceeds (`certified`), those that the file claims (`claimed`), and
///   those of the run's `register`;
/// - `profile_rates`: of each `unit` and register of `bits` bits how many of its `dot_products` overflow, by scope.
///
/// Throws nlohmann's exception where the document is another one.
void add_profile_needs(report_data& run, const nlohmann::json& profile);

}  // namespace spillway
