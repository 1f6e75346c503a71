// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "spillway/models/streamline/differences.h"

namespace spillway {

/// Runs a model's file in float32 and its integers on the data of this name (see load_dataset).
difference_report compare_on_data(const network& file, const std::string& data);

/// What differs, the first frames with their causes.
void print_differences(const difference_report& report, const std::string& data);
nlohmann::ordered_json as_json(const difference_report& report);

}  // namespace spillway
