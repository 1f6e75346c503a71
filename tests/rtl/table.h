// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/tests/rtl/conformance.h"

namespace spillway::testing {

/// Counts a comparison for the table that `test_rtl --table` prints.
void add_to_table(const conformance_case& each, const conformance_result& result);

}  // namespace spillway::testing
