// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/support/seeded_random.h"

namespace spillway::testing {

/// Draws integers, types and tensors.
class random_values {
 public:
  explicit random_values(std::uint64_t seed) : m_random(seed) {}

  std::int64_t pick(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(m_random.next() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int one_in) { return pick(1, one_in) == 1; }

  std::int64_t divisor(std::int64_t n) {
    std::vector<std::int64_t> divisors;
    for (std::int64_t d = 1; d <= n; ++d)
      if (n % d == 0) divisors.push_back(d);
    return divisors[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(divisors.size()) - 1))];
  }

  /// Mostly 1 to 8 bits.
  integer_type type() {
    const auto kind = pick(0, 15);
    if (kind < 2) return bipolar_type();
    const int bits = static_cast<int>(kind == 2 ? pick(20, 80) : kind < 8 ? pick(1, 3) : pick(1, 8));
    return chance(2) ? unsigned_type(bits) : signed_type(bits);
  }

  big_int value(integer_type of) {
    const big_int low = min_value(of), high = max_value(of);
    if (of.is_bipolar) return chance(2) ? low : high;
    const auto kind = pick(0, 7);
    if (kind < 2) return kind == 0 ? low : high;
    big_int bits = 0;
    for (int i = 0; i < of.words(); ++i) bits = (bits << 64) + m_random.next();
    return low + bits % (high - low + 1);
  }

  integer_tensor tensor(integer_type of, std::vector<std::int64_t> shape) {
    integer_tensor result = integer_tensor::zeros(of, std::move(shape));
    for (std::int64_t i = 0; i < result.size(); ++i) set(result, i, value(of));
    return result;
  }

  static big_int get(const integer_tensor& from, std::int64_t element) {
    return load({from.at(element), static_cast<std::size_t>(from.type.words())}, from.type);
  }
  static void set(integer_tensor& to, std::int64_t element, const big_int& value) {
    store(value, to.type, {to.at(element), static_cast<std::size_t>(to.type.words())});
  }

 private:
  seeded_random m_random;
};

}  // namespace spillway::testing
