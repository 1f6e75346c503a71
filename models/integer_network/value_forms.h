// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spillway/models/integer_network/integer_network.h"

namespace spillway {

/// The integers n of a channel as steps from its lowest: (n - lowest) / step, whatever numbers they have. Sums count
/// from what they are where every input is at its lowest level, in multiples of what their weights have in common, and
/// their first weight counts as positive.
struct channel_form {
  std::int64_t lowest = 0, step = 1;

  /// Steps of an integer from the lowest.
  std::int64_t of(std::int64_t n) const { return (n - lowest) / step; }
};

/// For each value of a network, the form of each of its channels: two networks that differ in how they number the
/// levels between their layers (-8 to 7 or 0 to 15; -1 and 1 or 0 and 1) have equal integers in this form. Empty where
/// there is none: indices, shifted sums, and what 62 bits do not hold.
std::vector<std::vector<channel_form>> value_forms(const integer_network& net);

}  // namespace spillway
