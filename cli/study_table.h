// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/explore/study/study_directory.h"

namespace spillway {

/// Prints the points of a study, as a table or as JSON (docs/json.md), in the order in which it asks for them. A point
/// that no other of its data, folding goal and device beats in accuracy and LUTs stands on a front: `P` among the
/// proven ones, `S` among all.
void print_study(const study_list& study, const std::string& directory, const study_result& result, bool json);

}  // namespace spillway
