// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/network/network.h"

namespace spillway::testing {

/// A small image network of branches: sums and differences of two and three, with scales of other ratios, sums of
/// products plus what goes around them, joined channels, parts and shuffles of channels, crops, functions of one value
/// that are fractions of fractions, two quantizers on one tensor and on the input. The same seed gives the same
/// network.
network random_branches(unsigned seed);

}  // namespace spillway::testing
