// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "spillway/models/integer_network/nodes.h"
#include "spillway/models/numbers/big_int.h"

namespace spillway {

/// All integers from low to high.
struct value_range {
  big_int low, high;

  friend bool operator==(const value_range&, const value_range&) = default;
};

/// The values of a type.
value_range range_of(integer_type type);

/// True if `type` holds all of `range`. Bipolar holds nothing but itself: 0 lies between its values.
bool holds(integer_type type, const value_range& range);

/// What the accumulators of a layer can come to, partial sums in any order included (so that 0 is in it): over every
/// input of the layer's type.
value_range accumulator_range(const integer_layer& layer);
value_range accumulator_range(const depthwise_layer& layer);

/// The least signed width that holds all of `accumulator_range`: a register of this width can't overflow.
int minimal_accumulator_bits(const integer_layer& layer);
int minimal_accumulator_bits(const depthwise_layer& layer);

/// What `op` can make of its inputs, whatever values of their types they have: the values of any of its outputs.
value_range output_range(const integer_op& op, std::span<const integer_value* const> inputs);

}  // namespace spillway
