// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spillway/models/integer_network/value_chain.h"
#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// Integers that are ordered as real numbers of several channels are: factor[c] * n + term[c] for the integer n of
/// channel c. Equal numbers have equal keys.
struct ranking {
  std::vector<big_int> factor, term;

  /// True if the integers themselves are so ordered.
  bool is_plain() const;
  /// True if every term is 0.
  bool has_no_terms() const;
};

/// Keys of at most `most_key_bits` for values of `type`; none, where these do not suffice, or where a scale or offset
/// is no fraction.
///
/// With g the greatest number of which every scale is a multiple, scale n + offset is g (a n + b + f), f of 0 to less
/// than 1. Only the order of the parts f counts: with K different ones, the r-th of them is r / K.
std::optional<ranking> ranking_of(const affine_step& meaning, std::int64_t channels, integer_type type);

/// More than this many bits are no comparison that hardware should make.
constexpr int most_key_bits = 40;

}  // namespace spillway
