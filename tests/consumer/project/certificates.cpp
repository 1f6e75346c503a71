// SPDX-License-Identifier: Apache-2.0
// Whoever asks for certificates alone. Exits with 0 if the numbers are right.
#include <cstring>

#include "models/support/error.h"
#include "spillway/models/certificates/certificate.h"
#include "spillway/models/support/error.h"

using namespace spillway;

/// One output, two weights, a 4-bit register: 3*3 - 2*0 = 9 does not fit.
int main() {
  const integer_tensor weights = integer_tensor::from(signed_type(4), {1, 2}, {3, -2});
  const auto certificate = certify(weights, 0, unsigned_type(2));
  const bool is_own = std::strcmp(own_error(), "the project's own") == 0;
  try {
    find_witness(weights, 0, unsigned_type(2), 5);
    return 1;
  } catch (const config_error&) {
  }
  return is_own && certificate.minimal_bits() == 5 && find_witness(weights, 0, unsigned_type(2), 4).reached == 9 ? 0
                                                                                                                 : 1;
}
