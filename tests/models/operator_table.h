// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace spillway::testing {

/// docs/formats.md's table of operators and positions, in Markdown: each operator that the reader knows, put into a small
/// network at each position, read and streamlined.
std::string operator_table();

}  // namespace spillway::testing
