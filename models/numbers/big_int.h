// SPDX-License-Identifier: Apache-2.0
#pragma once

// g++ 12 takes the two halves of cpp_int's small-buffer union for one another when it inlines the destructor.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <boost/multiprecision/cpp_int.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#include <cstdint>
#include <span>
#include <string>

#include "spillway/models/numbers/fit.h"
#include "spillway/models/numbers/integer_type.h"

// A heavy header (2 s to compile): include it in sources and in headers whose interface is exact integers.

namespace spillway {

/// Arbitrary precision: the oracle of every property test and the arithmetic of certificates. Sign-magnitude inside,
/// so it is never a register; `fit` gives what a register would hold.
using big_int = boost::multiprecision::cpp_int;

/// The least and the greatest value of a type of any width.
big_int min_value(integer_type type);
big_int max_value(integer_type type);

/// Fits an exact sum into P = `bits` bits, any P >= 1; see models/numbers/fit.h.
fitted<big_int> fit(const big_int& exact, int bits, overflow_mode mode);

/// `load`: the value that `words` (least significant first) hold under `type`. `store`: its words, sign- or
/// zero-extended to the end of `words`. `store` throws `config_error` if the value is not one of the type's.
big_int load(std::span<const std::int64_t> words, integer_type type);
void store(const big_int& value, integer_type type, std::span<std::int64_t> words);

/// Bits of the smallest type, signed or unsigned as asked, that holds every integer in [low, high]; at least 1.
int bits_for(const big_int& low, const big_int& high, bool is_signed);

}  // namespace spillway
