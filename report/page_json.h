// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "spillway/traces/table.h"

namespace spillway {

/// The schema of the JSON in a page (docs/report.md).
inline constexpr const char* page_schema = "spillway-report-1";

/// Tables by their names: long ones by columns, others a row an object.
nlohmann::ordered_json tables_json(const std::vector<std::pair<std::string, table>>& tables);

/// JSON in one line, without a '<', so that it can stand in a script element.
std::string script_text(const nlohmann::ordered_json& page);

}  // namespace spillway
