// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway::testing {

/// A random accelerator with every kind of unit, random folds, and random depths: the least, a few beats, about a
/// frame's, or without a limit. A third of them have a residual, a third 15 units and more; some deadlock.
dataflow random_design(std::uint64_t seed);

}  // namespace spillway::testing
