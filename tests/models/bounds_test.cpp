// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/certificates/published_bounds.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>

#include "number_generators.h"
#include "property.h"
#include "spillway/models/certificates/certificate.h"
#include "spillway/models/support/error.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// ceil(a + log2(1 + 2^-a) + 1), as A2Q prints it, in floating point.
int published(long double a) { return static_cast<int>(std::ceil(a + std::log2(1 + std::exp2(-a)) + 1)); }

/// Where 2^a + 1 is a power of two, the formula's real value is an integer and a rounding error decides its ceiling.
bool is_ambiguous(std::uint64_t two_to_a) { return std::has_single_bit(two_to_a + 1); }

}  // namespace

TEST_CASE("the data-type bound of 784 products of 8-bit weights and 1-bit inputs is 19") {
  CHECK(data_type_bound(784, 8, unsigned_type(1)) == 19);
  CHECK(data_type_bound(1, 1, unsigned_type(1)) == 3);  // |sum| <= 2 by the published 2^N: 2^(P-1) - 1 >= 2
  CHECK(data_type_bound(1, 1, bipolar_type()) == 2);
  CHECK(data_type_bound(576, 4, signed_type(4)) == data_type_bound(576, 4, unsigned_type(3)));
}

TEST_CASE("the data-type bound is the published formula, for every length and width tried") {
  for (const std::int64_t k : {1, 2, 3, 9, 16, 27, 64, 100, 576, 784, 1000, 4095, 4096, 4097, 65535, 1 << 20})
    for (int m = 1; m <= 10; ++m)
      for (int n = 1; n <= 10; ++n)
        for (const bool is_signed : {false, true}) {
          const integer_type input{n, is_signed, false};
          const int exponent = n + m - 1 - is_signed;
          if (is_ambiguous(static_cast<std::uint64_t>(k) << exponent)) continue;
          CAPTURE(k);
          CAPTURE(m);
          CAPTURE(to_string(input));
          CHECK(data_type_bound(k, m, input) == published(std::log2(static_cast<long double>(k)) + exponent));
        }
}

TEST_CASE("the l1 bound is the published formula, for every norm and width tried") {
  for (std::int64_t norm = 1; norm < 5000; norm += 1 + norm / 40)
    for (int n = 1; n <= 12; ++n)
      for (const bool is_signed : {false, true}) {
        const integer_type input{n, is_signed, false};
        if (is_ambiguous(static_cast<std::uint64_t>(norm) << (n - is_signed))) continue;
        CHECK(l1_bound(norm, input) == published(std::log2(static_cast<long double>(norm)) + n - is_signed));
      }
}

TEST_CASE("where floating point would have to guess, the integers are exact") {
  // ||q||_1 = 7 and |x| <= 1: sums reach 7, which 4 bits hold; the formula's ceiling is of exactly 4.
  CHECK(l1_bound(7, signed_type(1)) == 4);
  CHECK(l1_bound(8, signed_type(1)) == 5);
  for (int bits = 1; bits <= 300; ++bits) {
    CHECK(l1_bound((big_int(1) << bits) - 1, signed_type(1)) == bits + 1);
    CHECK(l1_bound(big_int(1) << bits, signed_type(1)) == bits + 2);
  }
}

TEST_CASE("the zero-centred bound is the published formula") {
  for (std::int64_t norm = 0; norm < 5000; norm += 1 + norm / 40)
    for (int n = 1; n <= 12; ++n) {
      const long double exact = static_cast<long double>(norm) * (std::exp2(static_cast<long double>(n)) - 1) + 2;
      const int expected = static_cast<int>(std::ceil(std::log2(exact)));
      CHECK(zero_centred_bound(norm, unsigned_type(n)) == expected);
      CHECK(zero_centred_bound(norm, signed_type(n)) == expected);
    }
  // Bipolar inputs span 2, not 2^1 - 1: 8 weights of +-1, half of each sign, reach +-8.
  CHECK(zero_centred_bound(8, bipolar_type()) == 5);
}

TEST_CASE("a zero norm needs one bit") {
  CHECK(l1_bound(0, unsigned_type(8)) == 1);
  CHECK(zero_centred_bound(0, unsigned_type(8)) == 1);
}

TEST_CASE("the budgets are the published T and T+ of 4-bit inputs, rounded down") {
  const integer_type u4 = unsigned_type(4), s4 = signed_type(4);
  // T = 127.94, 511.94, 2047.94 and T+ = 272.93, 1092.13, 4368.93 at P = 12, 14, 16.
  CHECK(l1_budget(12, u4) == 127);
  CHECK(l1_budget(14, u4) == 511);
  CHECK(l1_budget(16, u4) == 2047);
  CHECK(zero_centred_budget(12, u4) == 272);
  CHECK(zero_centred_budget(14, u4) == 1092);
  CHECK(zero_centred_budget(16, u4) == 4368);
  // T+/T = 2.133 (unsigned) and 1.067 (signed); P = 60 makes the rounding vanish.
  const auto ratio = [](integer_type input) {
    return static_cast<double>(zero_centred_budget(60, input)) / static_cast<double>(l1_budget(60, input));
  };
  CHECK(ratio(u4) == doctest::Approx(2.133).epsilon(0.001));
  CHECK(ratio(s4) == doctest::Approx(1.067).epsilon(0.001));
}

TEST_CASE("a norm within the budget keeps the bound at P, one more breaks it") {
  for (int p = 1; p <= 130; ++p)
    for (const integer_type input :
         {unsigned_type(1), unsigned_type(4), signed_type(1), signed_type(4), unsigned_type(100), bipolar_type()}) {
      CHECK(l1_bound(l1_budget(p, input), input) <= p);
      CHECK(l1_bound(l1_budget(p, input) + 1, input) > p);
      CHECK(zero_centred_bound(zero_centred_budget(p, input), input) <= p);
      CHECK(zero_centred_bound(zero_centred_budget(p, input) + 1, input) > p);
    }
}

TEST_CASE("the bounds are safe: never below the exact certificate, and l1 never above the data type") {
  CHECK(property_holds("certificate <= l1 <= data type", 2000, [] {
    integer_type weight = signed_type(*rc::gen::inRange(1, 20));
    const integer_type input = *any_type(20);
    const auto values = *values_of(weight, static_cast<std::size_t>(*rc::gen::inRange(1, 40)));
    const auto k = static_cast<std::int64_t>(values.size());
    const auto certificate = certify(tensor_of(weight, {1, k}, values), 0, input);
    RC_ASSERT(certificate.minimal_bits() <= l1_bound(certificate.l1_norm, input));
    RC_ASSERT(l1_bound(certificate.l1_norm, input) <= data_type_bound(k, weight.bits, input));
  }));
}

TEST_CASE("the zero-centred bound is exact where the weights are centred, and only there") {
  CHECK(property_holds("centred weights", 1000, [] {
    const integer_type weight = signed_type(12), input = *any_type(20);
    auto values = *values_of(signed_type(11), static_cast<std::size_t>(*rc::gen::inRange(1, 20)));
    const std::size_t half = values.size();
    for (std::size_t i = 0; i < half; ++i) values.push_back(-values[i]);
    const auto certificate =
        certify(tensor_of(weight, {1, static_cast<std::int64_t>(values.size())}, values), 0, input);
    RC_ASSERT(certificate.minimal_bits() == zero_centred_bound(certificate.l1_norm, input));
  }));
  // All weights of one sign: 15 * 3 = 45 needs 7 bits, the formula says 6.
  const auto lopsided = certify(integer_tensor::from(signed_type(4), {1, 3}, {1, 1, 1}), 0, unsigned_type(4));
  CHECK(lopsided.minimal_bits() == 7);
  CHECK(zero_centred_bound(lopsided.l1_norm, unsigned_type(4)) == 6);
}

TEST_CASE("bounds refuse what has no meaning") {
  CHECK_THROWS_WITH_AS(data_type_bound(0, 8, unsigned_type(1)), "dot product: K = 0 is below 1; nearest: 1",
                       config_error);
  CHECK_THROWS_AS(data_type_bound(1, 0, unsigned_type(1)), config_error);
  CHECK_THROWS_AS(data_type_bound(1, 8, unsigned_type(0)), config_error);
  CHECK_THROWS_WITH_AS(l1_bound(-1, unsigned_type(1)), "l1 norm = -1 is negative; nearest: 0", config_error);
  CHECK_THROWS_AS(zero_centred_bound(-1, unsigned_type(1)), config_error);
  CHECK_THROWS_WITH_AS(l1_budget(0, unsigned_type(1)), "accumulator: P = 0 is below 1; nearest: 1", config_error);
  CHECK_THROWS_AS(zero_centred_budget(0, unsigned_type(1)), config_error);
}
