// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// A word of a memory, made of integers side by side, the first at the least significant bits: two's complement without
/// padding; bipolar -1 is a 0 bit, +1 a 1 bit.
class memory_word {
 public:
  /// Adds the low `bits` bits of a value, sign-extended where it has fewer words.
  void add(const std::int64_t* words, std::int64_t word_count, int bits);

  /// Adds an element of `tensor` in the bits of its type.
  void add(const integer_tensor& tensor, std::int64_t element);

  /// Bits that were added so far: the width of the word.
  int bits() const { return static_cast<int>(m_bits.size()); }

  /// Without a prefix, ceil(bits / 4) digits.
  std::string hex() const;

 private:
  std::vector<unsigned char> m_bits;
};

/// Bits of the widest literal that is written. Verilator and Icarus refuse more than 65536, and IEEE 1800 promises no
/// more.
constexpr int widest_literal = 16384;

/// A number of `bits` bits, given by its digits: a literal, or several side by side where it is wider than one may be.
std::string literal(int bits, std::string_view hex);

/// A word a line, as $readmemh takes them.
std::string lines_of(const std::vector<std::string>& words);

}  // namespace spillway
