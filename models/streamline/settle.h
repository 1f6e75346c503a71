// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/streamline/threshold_draft.h"

// How drafted thresholds become tensors of integers.

namespace spillway {

/// How many nodes read a value.
int readers_of(const integer_network& net, int value);

/// Negates rows of [rows, k]; the type widens if a negated weight needs it. Throws `input_error` beyond 4096 bits.
void negate_weights(integer_tensor& weights, const std::vector<bool>& negative, const std::string& name);

/// Gives a layer the thresholds; rows that descend are negated, weights and thresholds. Thresholds beyond what a
/// register can hold are as good as one just outside: -2^(P-1) if they are always reached, 2^(P-1) if never, where P
/// bits hold all sums (a register that can overflow is narrower).
void fuse(integer_layer& layer, const threshold_draft& draft);
void fuse(depthwise_layer& layer, const threshold_draft& draft);

/// Gives thresholds to a layer of thresholds alone, over values of `type`; one row if all rows are equal.
void settle(threshold_layer& layer, const threshold_draft& draft, integer_type type);

/// Makes the levels of a draft their negatives: what counted upwards counts downwards, at the same places.
void negate_levels_of(threshold_draft& draft);

/// Turns layers of bipolar weights on 1-bit inputs into counts of agreements: count = sum + (negative weights of the
/// row). Thresholds move along; `shift` is by how much an output without thresholds has moved, channel by channel.
void count_agreements(integer_network& net, std::vector<big_int>& shift);

}  // namespace spillway
