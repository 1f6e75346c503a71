// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/integer_type.h"

// Random types and values for rapidcheck: mostly narrow, often at the ends of their ranges, where the mistakes are.

namespace spillway::testing {

/// Signed, unsigned and (one in eight) bipolar types of 1 to `max_bits` bits.
inline rc::Gen<integer_type> any_type(int max_bits) {
  const auto bits = rc::gen::oneOf(rc::gen::inRange(1, std::min(max_bits, 9) + 1), rc::gen::inRange(1, max_bits + 1));
  return rc::gen::map(rc::gen::pair(bits, rc::gen::inRange(0, 8)), [](const std::pair<int, int>& drawn) {
    if (drawn.second == 7) return bipolar_type();
    return integer_type{drawn.first, drawn.second % 2 == 1, false};
  });
}

/// A value of `type` from random words: an end of the range (one in eight each), 0, or anything, at any magnitude.
inline big_int value_from(const std::vector<std::uint64_t>& drawn, integer_type type) {
  const std::uint64_t choice = drawn.back() % 8;
  if (choice == 1) return max_value(type);
  if (choice == 2) return min_value(type);
  if (type.is_bipolar) return drawn.front() % 2 == 0 ? 1 : -1;
  if (choice == 0) return 0;
  big_int bits = 0;
  for (std::size_t i = 0; i + 1 < drawn.size(); ++i) bits = (bits << 64) + drawn[i];
  const int width = choice < 5 ? type.bits : 1 + static_cast<int>(drawn.back() / 8 % static_cast<unsigned>(type.bits));
  bits %= big_int(1) << width;
  return type.is_signed && bit_test(bits, static_cast<unsigned>(width - 1)) ? big_int(bits - (big_int(1) << width))
                                                                            : bits;
}

/// `count` values of `type`.
inline rc::Gen<std::vector<big_int>> values_of(integer_type type, std::size_t count) {
  const auto word = rc::gen::resize(100, rc::gen::arbitrary<std::uint64_t>());
  const auto drawn = rc::gen::container<std::vector<std::uint64_t>>(static_cast<std::size_t>(type.words()) + 1, word);
  return rc::gen::container<std::vector<big_int>>(
      count, rc::gen::map(drawn, [type](const std::vector<std::uint64_t>& d) { return value_from(d, type); }));
}

/// A permutation of 0 .. count-1.
inline rc::Gen<std::vector<std::int64_t>> any_order(std::size_t count) {
  return rc::gen::map(rc::gen::inRange<std::uint32_t>(0, 1u << 31), [count](std::uint32_t seed) {
    std::vector<std::int64_t> order(count);
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::mt19937 generator(seed);
    if (seed != 0) std::shuffle(order.begin(), order.end(), generator);  // 0, the simplest, is hardware order
    return order;
  });
}

/// A tensor of these values.
inline integer_tensor tensor_of(integer_type type, std::vector<std::int64_t> shape, std::span<const big_int> values) {
  integer_tensor tensor = integer_tensor::zeros(type, std::move(shape));
  for (std::size_t i = 0; i < values.size(); ++i)
    store(values[i], type, {tensor.at(static_cast<std::int64_t>(i)), static_cast<std::size_t>(type.words())});
  return tensor;
}

/// All elements of `words`, which hold values of `type`.
inline std::vector<big_int> values_in(std::span<const std::int64_t> words, integer_type type) {
  const auto step = static_cast<std::size_t>(type.words());
  std::vector<big_int> values;
  for (std::size_t i = 0; i < words.size(); i += step) values.push_back(load(words.subspan(i, step), type));
  return values;
}

}  // namespace spillway::testing
