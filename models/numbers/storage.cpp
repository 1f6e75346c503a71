// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/storage.h"

#include <algorithm>

namespace spillway {

int exact_sum_bits(integer_type weight, integer_type input, std::int64_t length, int accumulator_bits) {
  const big_int w0 = min_value(weight), w1 = max_value(weight), x0 = min_value(input), x1 = max_value(input);
  const auto [least, greatest] = std::minmax({big_int(w0 * x0), big_int(w0 * x1), big_int(w1 * x0), big_int(w1 * x1)});
  // The register, wherever it stands, plus any part of the products: 0 is a partial sum, too.
  const integer_type accumulator = signed_type(accumulator_bits);
  const big_int low = min_value(accumulator) + std::min(big_int(0), least) * length;
  const big_int high = max_value(accumulator) + std::max(big_int(0), greatest) * length;
  return bits_for(low, high, true);
}

}  // namespace spillway
