// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/tests/rtl/conformance.h"

namespace spillway::testing {

// Configurations of every kind of unit: odd sizes, the least and the unusual.

std::vector<conformance_case>
routing_cases();  ///< streams, duplicate, split, concat, width converter, upsample, padding
std::vector<conformance_case> arithmetic_cases();  ///< add, pool, global accumulate, label select
std::vector<conformance_case> dot_cases();         ///< MVAU, VVAU, thresholding
std::vector<conformance_case> window_cases();      ///< sliding window: serial, depthwise, parallel
std::vector<conformance_case> network_cases();     ///< whole networks

/// A network with two hidden layers whose sums are to wrap and be reduced (docs/wrapnet.md), MVAU_0 and MVAU_1, in
/// registers of 8 and 7 bits that do as `overflow` says.
dataflow reduced_accelerator(overflow_mode overflow);

/// Twins with a wrong parameter, which the comparison must find.
std::vector<conformance_case> spoiled_cases();

/// Frames for the input of `flow` that depend on `seed` alone; the extremes more often than chance would.
integer_tensor random_inputs(const dataflow& flow, std::int64_t frames, std::uint64_t seed);

/// A case of a flow, with random frames.
conformance_case random_case(std::string kind, std::string what, dataflow flow, std::int64_t frames = 3);

/// A chain of units, in streams of `depth` beats.
dataflow chain(std::vector<dataflow_unit> units, int depth = 2);

}  // namespace spillway::testing
