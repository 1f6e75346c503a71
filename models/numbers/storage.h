// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/limb_int.h"

namespace spillway {

/// Calls `visitor(std::type_identity<Integer>{})` with the cheapest storage whose arithmetic is exact for sums of
/// `exact_bits` signed bits: int64 up to 63, then 2, 4 or 8 limbs, then `big_int`. Chosen once, at construction.
template <class Visitor>
decltype(auto) visit_storage(int exact_bits, Visitor&& visitor) {
  // One bit is kept free for `exact - stored`.
  if (exact_bits <= 63) return std::forward<Visitor>(visitor)(std::type_identity<std::int64_t>{});
  if (exact_bits <= limb_int<2>::bits - 1) return std::forward<Visitor>(visitor)(std::type_identity<limb_int<2>>{});
  if (exact_bits <= limb_int<4>::bits - 1) return std::forward<Visitor>(visitor)(std::type_identity<limb_int<4>>{});
  if (exact_bits <= limb_int<8>::bits - 1) return std::forward<Visitor>(visitor)(std::type_identity<limb_int<8>>{});
  return std::forward<Visitor>(visitor)(std::type_identity<big_int>{});
}

/// Signed bits that hold every exact sum of a dot product of `length` products (weight times input), started from a
/// register of P bits: the width that `visit_storage` is asked for.
int exact_sum_bits(integer_type weight, integer_type input, std::int64_t length, int accumulator_bits);

/// The value that `words` hold under `type`, in any storage that `visit_storage` picks.
template <class Integer>
Integer load_as(const std::int64_t* words, integer_type type) {
  if constexpr (std::is_same_v<Integer, std::int64_t>)
    return words[0];
  else if constexpr (std::is_same_v<Integer, big_int>)
    return load({words, static_cast<std::size_t>(type.words())}, type);
  else
    return Integer::from_words({words, static_cast<std::size_t>(type.words())}, type.is_signed);
}

/// Writes `value` to the words of `type`, of which it must be a value.
template <class Integer>
void store_as(const Integer& value, integer_type type, std::int64_t* words) {
  if constexpr (std::is_same_v<Integer, std::int64_t>) {
    words[0] = value;
    for (int i = 1; i < type.words(); ++i) words[i] = value < 0 ? -1 : 0;
  } else if constexpr (std::is_same_v<Integer, big_int>) {
    store(value, type, {words, static_cast<std::size_t>(type.words())});
  } else {
    value.to_words({words, static_cast<std::size_t>(type.words())});
  }
}

}  // namespace spillway
