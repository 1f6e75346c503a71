// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "spillway/models/numbers/accumulator.h"
#include "spillway/models/numbers/storage.h"
#include "spillway/traces/overflow_event.h"

namespace spillway::detail {

/// A number of any of the storages (`int64_t`, `limb_int`, `big_int`) as a `big_int`.
template <class Integer>
big_int to_big(const Integer& value) {
  if constexpr (std::is_same_v<Integer, std::int64_t> || std::is_same_v<Integer, big_int>) {
    return value;
  } else {
    std::array<std::int64_t, Integer::bits / 64> words;
    value.to_words(words);
    return load(words, signed_type(Integer::bits));
  }
}

/// Puts the four values of an overflow into its event, in `narrow` where they all fit there.
template <class Integer>
void set_values(overflow_event& event, const dot_event<Integer>& from) {
  if constexpr (std::is_same_v<Integer, std::int64_t>) {
    event.narrow = {from.before, from.addend, from.exact, from.stored};
  } else {
    const std::array<big_int, 4> values{to_big(from.before), to_big(from.addend), to_big(from.exact),
                                        to_big(from.stored)};
    const auto is_narrow = [](const big_int& value) { return bits_for(value, value, true) <= 64; };
    if (!std::all_of(values.begin(), values.end(), is_narrow)) {
      event.wide = std::make_shared<const std::array<big_int, 4>>(values);
      return;
    }
    for (std::size_t i = 0; i < values.size(); ++i) event.narrow[i] = static_cast<std::int64_t>(values[i]);
  }
}

}  // namespace spillway::detail
