// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace spillway {

/// What it saves that each row of a unit with constant weights has a register of its own certified width, in place of
/// the unit's P: a row of a table for each of these networks, by its only matrix unit. Throws as `load_design`.
std::string row_width_table(const std::vector<std::string>& models);

}  // namespace spillway
