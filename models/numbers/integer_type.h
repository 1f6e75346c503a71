// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

/// The type of an integer of 1 to 4096 bits: two's complement, unsigned, or the 1-bit bipolar {-1, +1}.
///
/// A value is held as `words()` 64-bit words, least significant first, sign-extended (zero-extended if unsigned) to
/// the last word's end; a bipolar value is held as the integer -1 or +1.
struct integer_type {
  static constexpr int max_bits = 4096;

  int bits = 8;             ///< 1 to `max_bits`
  bool is_signed = true;    ///< two's complement
  bool is_bipolar = false;  ///< one bit that stands for -1 or +1

  /// 64-bit words that hold one value.
  constexpr int words() const { return (bits + 63) / 64; }

  /// True if every value of the type is a value of `std::int64_t`.
  constexpr bool fits_int64() const { return bits + (is_signed ? 0 : 1) <= 64; }

  /// The least value, of types that fit int64 only.
  constexpr std::int64_t min64() const {
    if (is_bipolar) return -1;
    return is_signed ? static_cast<std::int64_t>(~std::uint64_t{0} << (bits - 1)) : 0;
  }

  /// The greatest value, of types that fit int64 only.
  constexpr std::int64_t max64() const {
    if (is_bipolar) return 1;
    return static_cast<std::int64_t>((std::uint64_t{1} << (is_signed ? bits - 1 : bits)) - 1);
  }

  friend bool operator==(const integer_type&, const integer_type&) = default;
};

/// A signed type: `INT8` is `signed_type(8)`.
constexpr integer_type signed_type(int bits) { return {bits, true, false}; }

/// An unsigned type: `UINT4` is `unsigned_type(4)`.
constexpr integer_type unsigned_type(int bits) { return {bits, false, false}; }

/// {-1, +1} in one bit.
constexpr integer_type bipolar_type() { return {1, true, true}; }

/// The name that FINN and QONNX give the type: `INT8`, `UINT4`, `BIPOLAR`.
std::string to_string(integer_type type);

/// The type of that name. Throws `config_error` for anything else, widths outside 1 to 4096 included.
integer_type parse_integer_type(std::string_view name);

/// Throws `config_error`, naming `path`, unless the width is 1 to 4096 (and exactly 1 if bipolar).
void validate(integer_type type, std::string_view path);

/// Bits of the smallest type, signed or unsigned as asked, that holds every integer in [low, high]; at least 1.
/// Throws `config_error` if an unsigned type is asked for a negative `low`, or if low > high.
int bits_for(std::int64_t low, std::int64_t high, bool is_signed);

}  // namespace spillway
