// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/big_int.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

big_int power_of_two(int exponent) { return big_int(1) << exponent; }

/// Bits of the least two's complement type that holds `value`.
int signed_width(const big_int& value) {
  const big_int magnitude = value < 0 ? big_int(-1 - value) : value;  // ~value, which cpp_int has no words for
  return magnitude == 0 ? 1 : static_cast<int>(msb(magnitude)) + 2;
}

bool is_value_of(const big_int& value, integer_type type) {
  if (type.is_bipolar) return value == 1 || value == -1;
  return value >= min_value(type) && value <= max_value(type);
}

}  // namespace

big_int min_value(integer_type type) {
  if (type.fits_int64()) return type.min64();
  return type.is_signed ? big_int(-power_of_two(type.bits - 1)) : big_int(0);
}

big_int max_value(integer_type type) {
  if (type.fits_int64()) return type.max64();
  return power_of_two(type.is_signed ? type.bits - 1 : type.bits) - 1;
}

fitted<big_int> fit(const big_int& exact, int bits, overflow_mode mode) {
  if (signed_width(exact) <= bits) return {exact, 0};
  const big_int half = power_of_two(bits - 1);
  big_int stored;
  if (mode == overflow_mode::saturate) {
    stored = exact < 0 ? big_int(-half) : big_int(half - 1);
  } else {
    const big_int modulus = power_of_two(bits);
    stored = exact % modulus;  // the sign of `exact`
    if (stored >= half) stored -= modulus;
    if (stored < -half) stored += modulus;
  }
  return {stored, exact - stored};
}

big_int load(std::span<const std::int64_t> words, integer_type type) {
  // Horner's rule; only the most significant word of a signed value carries a sign.
  big_int value = type.is_signed ? big_int(words.back()) : big_int(static_cast<std::uint64_t>(words.back()));
  for (std::size_t i = words.size() - 1; i-- > 0;) {
    value *= power_of_two(64);
    value += static_cast<std::uint64_t>(words[i]);
  }
  return value;
}

void store(const big_int& value, integer_type type, std::span<std::int64_t> words) {
  if (!is_value_of(value, type))
    throw config_error(fmt::format("store: {} is not a value of {}; its range is {} to {}", value.str(),
                                   to_string(type), min_value(type).str(), max_value(type).str()));
  if (words.size() < static_cast<std::size_t>(type.words()))
    throw config_error(fmt::format("store: {} needs {} words, not {}", to_string(type), type.words(), words.size()));
  if (type.fits_int64() && words.size() == 1) {
    words[0] = static_cast<std::int64_t>(value);
    return;
  }
  // The words of -1 - v are the complements of those of v.
  const bool negative = value < 0;
  big_int rest = negative ? big_int(-1 - value) : value;
  for (std::int64_t& word : words) {
    const auto low = static_cast<std::uint64_t>(rest & ~std::uint64_t{0});
    word = static_cast<std::int64_t>(negative ? ~low : low);
    rest >>= 64;
  }
}

int bits_for(const big_int& low, const big_int& high, bool is_signed) {
  if (low > high)
    throw config_error(fmt::format("bits_for: low = {} is above high = {}; swap them", low.str(), high.str()));
  if (is_signed) return std::max(signed_width(low), signed_width(high));
  if (low < 0) throw config_error(fmt::format("bits_for: low = {} needs a signed type", low.str()));
  return std::max(1, signed_width(high) - 1);
}

}  // namespace spillway
