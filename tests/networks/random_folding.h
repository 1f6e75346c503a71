// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/dataflow/lower.h"
#include "spillway/models/integer_network/integer_network.h"

namespace spillway::testing {

/// Options with which `lower` makes a legal design of `net` whose accumulators hold every sum: those that are values of
/// the network as wide as these, the others at least as wide as their certificates ask.
lowering_options exact_accumulators(const integer_network& net, std::uint64_t seed);

/// The same with a random fold for every unit, random window and threshold styles, overflow modes and scopes.
lowering_options random_folding(const integer_network& net, std::uint64_t seed);

}  // namespace spillway::testing
