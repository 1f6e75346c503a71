// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// A read-only memory in LUTs, of known integers: word w holds the low `bits` bits of the elements of `values` at
/// `words[w] + elements[i]`, for each i. Elements are of 64 bits at most.
struct rom_layout {
  const integer_tensor& values;
  std::vector<std::int64_t> words, elements;
  int bits = 0;
};

/// The number of functions of the address that the bits of a memory of at most 64 words are: equal ones and complements
/// are one function, and those that are always the same, or a bit of the address, take no LUT.
std::int64_t rom_functions(const rom_layout& rom);

/// Functions of the address that a memory's bits are, and what they say: the sum of their entropies, in bits a word.
struct rom_content {
  std::int64_t functions = 0;
  double information = 0;
};

/// The same of a memory of any depth, but for bits of the address: its functions of more than six inputs are not LUTs
/// but what `fitted_costs::deep_rom_bit` and others price.
rom_content deep_rom_functions(const rom_layout& rom);

}  // namespace spillway
