// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/integer_type.h"

namespace spillway {

// The published accumulator bounds (A2Q, arXiv 2308.13504; A2Q+, arXiv 2401.10432), for comparison with the exact
// certificate of models/certificates/certificate.h. They are evaluated in integers here: `ceil(beta + phi(beta) + 1)`
// is the least P with 2^(P-1) - 1 >= 2^beta, which needs no logarithm.

/// The data-type bound: P that K products of any M-bit weight and N-bit input can't overflow.
/// alpha = log2(K) + N + M - 1 - [input signed]. K = 784, N = 1 unsigned, M = 8 gives 19.
int data_type_bound(std::int64_t k, int weight_bits, integer_type input);

/// The l1 bound of A2Q: beta = log2(||q||_1) + N - [input signed]. 1 for a zero norm.
int l1_bound(const big_int& l1_norm, integer_type input);

/// The zero-centred bound of A2Q+: P = ceil(log2(||q||_1 * (2^N - 1) + 2)). Holds where the positive and the negative
/// weights sum to the same magnitude. 1 for a zero norm.
int zero_centred_bound(const big_int& l1_norm, integer_type input);

/// The greatest integer l1 norms that the bounds admit: floor((2^(P-1) - 1) / 2^(N - [signed])) and
/// floor((2^P - 2) / (2^N - 1)).
big_int l1_budget(int accumulator_bits, integer_type input);
big_int zero_centred_budget(int accumulator_bits, integer_type input);

}  // namespace spillway
