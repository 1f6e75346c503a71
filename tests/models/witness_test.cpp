// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "number_generators.h"
#include "property.h"
#include "spillway/models/certificates/certificate.h"
#include "spillway/models/numbers/register_oracle.h"
#include "spillway/models/support/error.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// Runs the witness in every scope and mode, in its own order and in a random one: it must overflow in all of them,
/// persistently, and reach what it says.
void overflows_everywhere(const witness& w, const std::vector<big_int>& row, integer_type input, int bits, int simd) {
  const std::vector<big_int> x = values_in(w.input, input);
  const auto other_order = *any_order(row.size());
  for (const auto scope : {limit_scope::per_product, limit_scope::per_cycle, limit_scope::final})
    for (const auto mode : {overflow_mode::wrap, overflow_mode::saturate})
      for (const auto& order : {w.order, other_order}) {
        const auto result = oracle_dot_product(row, x, order, simd, {bits, mode, scope});
        RC_ASSERT(!result.events.empty());
        RC_ASSERT(result.persistent);
        RC_ASSERT(result.exact == w.reached);
      }
}

}  // namespace

TEST_CASE("a witness overflows in every scope, mode and order wherever the certificate fails, and only there") {
  int with_witness = 0;
  CHECK(property_holds("witness", 3000, [&] {
    const integer_type weight = *any_type(100), input = *any_type(100);
    const int simd = *rc::gen::inRange(1, 5);
    const auto length = static_cast<std::size_t>(simd * *rc::gen::inRange(1, 6));
    const auto row = *values_of(weight, length);
    const auto weights = tensor_of(weight, {1, static_cast<std::int64_t>(length)}, row);
    const auto certificate = certify(weights, 0, input);
    const int minimal = certificate.minimal_bits();
    RC_ASSERT_THROWS_AS(find_witness(weights, 0, input, minimal), config_error);
    RC_ASSERT_THROWS_AS(find_witness(weights, 0, input, minimal + 1), config_error);
    if (minimal == 1) return;
    for (const int bits : {minimal - 1, minimal / 2, 1}) {
      if (bits < 1) continue;
      const witness found = find_witness(weights, 0, input, bits);
      ++with_witness;
      // It is an input that the network could see, in an order that the hardware can take.
      RC_ASSERT(found.input.size() == length * static_cast<std::size_t>(input.words()));
      validate(integer_tensor{input, {static_cast<std::int64_t>(length)}, found.input}, "witness");
      RC_ASSERT(std::is_sorted(found.order.begin(), found.order.end()));
      RC_ASSERT(found.reached == certificate.low || found.reached == certificate.high);
      overflows_everywhere(found, row, input, bits, simd);
    }
  }));
  CHECK(with_witness > 5000);
}

TEST_CASE("the witness of a small row can be checked by hand") {
  // 3*x0 - 2*x1 with inputs 0..3 lies in [-6, 9]: 5 bits hold it, 4 bits end at 7.
  const auto weights = integer_tensor::from(signed_type(4), {1, 2}, {3, -2});
  const witness found = find_witness(weights, 0, unsigned_type(2), 4);
  CHECK(found.input == std::vector<std::int64_t>{3, 0});
  CHECK(found.order == std::vector<std::int64_t>{0, 1});
  CHECK(found.reached == 9);
  CHECK_THROWS_WITH_AS(find_witness(weights, 0, unsigned_type(2), 5),
                       "channel 0: no input overflows 5 bits; the certificate holds from 5 on", config_error);
}

TEST_CASE("the witness takes the lower side where only that overflows") {
  const auto weights = integer_tensor::from(signed_type(4), {2, 2}, {1, 1, -5, 0});
  const witness found = find_witness(weights, 1, unsigned_type(2), 4);  // [-15, 0]
  CHECK(found.channel == 1);
  CHECK(found.reached == -15);
  CHECK(found.input == std::vector<std::int64_t>{3, 0});
}

TEST_CASE("a register of no bits has no witness") {
  const auto weights = integer_tensor::from(signed_type(4), {1, 1}, {3});
  CHECK_THROWS_WITH_AS(find_witness(weights, 0, unsigned_type(2), 0), "accumulator: P = 0 is below 1; nearest: 1",
                       config_error);
}
