// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/certificates/certificate.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "number_generators.h"
#include "property.h"
#include "spillway/models/numbers/register_oracle.h"
#include "spillway/models/support/error.h"

// Brute force: every input, every order, every subset of the products (the node of any tiling or adder tree is one).

using namespace spillway;
using namespace spillway::testing;

namespace {

using values = std::vector<std::int64_t>;

values all_values(integer_type type) {
  if (type.is_bipolar) return {-1, 1};
  values result(static_cast<std::size_t>(type.max64() - type.min64() + 1));
  std::iota(result.begin(), result.end(), type.min64());
  return result;
}

/// Calls `visit` with every vector of `length` values of `type`.
template <class Visit>
void for_all_vectors(integer_type type, std::size_t length, Visit&& visit) {
  const values choices = all_values(type);
  std::vector<std::size_t> digits(length, 0);
  values vector(length, choices[0]);
  for (;;) {
    visit(vector);
    std::size_t i = 0;
    while (i < length && ++digits[i] == choices.size()) {
      digits[i] = 0;
      vector[i++] = choices[0];
    }
    if (i == length) return;
    vector[i] = choices[digits[i]];
  }
}

struct range {
  std::int64_t low = 0, high = 0;
  void include(std::int64_t value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  friend bool operator==(const range&, const range&) = default;
};

/// What the register holds over all inputs and orders: after every addition, and before the first one.
range reached_in_all_orders(const values& weights, integer_type input, bias_placement placement, std::int64_t bias) {
  const std::int64_t start = placement == bias_placement::preloaded ? bias : 0;
  range reached{start, start};
  for_all_vectors(input, weights.size(), [&](const values& x) {
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
      std::int64_t sum = start;
      for (const std::size_t k : order) reached.include(sum += weights[k] * x[k]);
      if (placement == bias_placement::at_the_end) reached.include(sum + bias);
    } while (std::next_permutation(order.begin(), order.end()));
  });
  return reached;
}

/// What any part of the products sums to, over all inputs: every node of every adder tree and every tile.
range reached_in_all_subsets(const values& weights, integer_type input) {
  range reached;
  for_all_vectors(input, weights.size(), [&](const values& x) {
    for (std::size_t subset = 0; subset < std::size_t{1} << weights.size(); ++subset) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < weights.size(); ++k)
        if (subset >> k & 1) sum += weights[k] * x[k];
      reached.include(sum);
    }
  });
  return reached;
}

channel_certificate certify_row(const values& row, integer_type weight, integer_type input,
                                bias_placement placement = bias_placement::none, std::int64_t bias = 0) {
  return certify(integer_tensor::from(weight, {1, static_cast<std::int64_t>(row.size())}, row), 0, input, placement,
                 bias);
}

range ends_of(const channel_certificate& certificate) {
  return {static_cast<std::int64_t>(certificate.low), static_cast<std::int64_t>(certificate.high)};
}

}  // namespace

TEST_CASE("a certificate's ends are reached, and never exceeded, over all inputs and all orders") {
  struct shape {
    integer_type weight, input;
    std::size_t length;
  };
  const shape shapes[] = {{signed_type(4), unsigned_type(3), 1}, {signed_type(3), unsigned_type(2), 2},
                          {signed_type(3), signed_type(2), 2},   {signed_type(3), signed_type(3), 2},
                          {signed_type(3), bipolar_type(), 3},   {signed_type(2), unsigned_type(1), 4},
                          {signed_type(2), signed_type(1), 4},   {signed_type(2), signed_type(2), 3},
                          {bipolar_type(), bipolar_type(), 5},   {bipolar_type(), unsigned_type(1), 5},
                          {unsigned_type(2), signed_type(2), 3}, {signed_type(1), signed_type(2), 4}};
  std::int64_t rows = 0;
  for (const shape& s : shapes)
    for_all_vectors(s.weight, s.length, [&](const values& weights) {
      ++rows;
      const range certified = ends_of(certify_row(weights, s.weight, s.input));
      CHECK(certified == reached_in_all_orders(weights, s.input, bias_placement::none, 0));
      CHECK(certified == reached_in_all_subsets(weights, s.input));
    });
  CHECK(rows == 16 + 3 * 64 + 512 + 2 * 256 + 64 + 2 * 32 + 64 + 16);
}

TEST_CASE("a certificate with a bias is exact too, preloaded or at the end, over all inputs and all orders") {
  for (const integer_type input : {unsigned_type(2), signed_type(2), bipolar_type()})
    for (const bias_placement placement : {bias_placement::none, bias_placement::preloaded, bias_placement::at_the_end})
      for (std::int64_t bias = -9; bias <= 9; bias += 3)
        for_all_vectors(signed_type(2), 3, [&](const values& weights) {
          const auto certificate = certify_row(weights, signed_type(2), input, placement, bias);
          CHECK(ends_of(certificate) == reached_in_all_orders(weights, input, placement, bias));
        });
}

TEST_CASE("the minimal width holds the ends, and one bit less does not") {
  CHECK(property_holds("minimal_bits", 1000, [] {
    const integer_type weight = *any_type(100), input = *any_type(100);
    const auto row = *values_of(weight, static_cast<std::size_t>(*rc::gen::inRange(1, 20)));
    const auto c = certify(tensor_of(weight, {1, static_cast<std::int64_t>(row.size())}, row), 0, input);
    const int p = c.minimal_bits();
    RC_ASSERT(c.holds(p) && c.holds(p + 1) && !c.holds(p - 1));
    RC_ASSERT(c.low >= min_value(signed_type(p)) && c.high <= max_value(signed_type(p)));
    if (p > 1) RC_ASSERT(c.low < min_value(signed_type(p - 1)) || c.high > max_value(signed_type(p - 1)));
  }));
}

TEST_CASE("the formula of the ends, in any width: d*S+ + |c|*S- and -(|c|*S+ + d*S-)") {
  CHECK(property_holds("S+ and S-", 1000, [] {
    const integer_type weight = *any_type(300), input = *any_type(300);
    const auto row = *values_of(weight, static_cast<std::size_t>(*rc::gen::inRange(1, 20)));
    const auto c = certify(tensor_of(weight, {1, static_cast<std::int64_t>(row.size())}, row), 0, input);
    big_int low = 0, high = 0, norm = 0;  // product by product, not by S+ and S-
    for (const big_int& w : row) {
      const big_int a = w * min_value(input), b = w * max_value(input);
      low += std::min(a, b);
      high += std::max(a, b);
      norm += abs(w);
    }
    RC_ASSERT(c.low == low && c.high == high && c.l1_norm == norm);
  }));
}

TEST_CASE("narrow weights at the end of int64 are summed without loss") {
  const std::int64_t least = signed_type(64).min64();
  const auto weights = integer_tensor::from(signed_type(64), {1, 4}, {least, least, least, least});
  const auto c = certify(weights, 0, bipolar_type());
  CHECK(c.high == big_int(1) << 65);
  CHECK(c.low == -(big_int(1) << 65));
  CHECK(c.minimal_bits() == 67);
}

TEST_CASE("where the certificate holds, no random input has an event; one bit less, the extreme input has") {
  CHECK(property_holds("a certificate at P", 3000, [] {
    const integer_type weight = *any_type(40), input = *any_type(40);
    const int simd = *rc::gen::inRange(1, 5);
    const auto length = static_cast<std::size_t>(simd * *rc::gen::inRange(1, 6));
    const auto row = *values_of(weight, length), x = *values_of(input, length);
    const auto c = certify(tensor_of(weight, {1, static_cast<std::int64_t>(length)}, row), 0, input);
    accumulator_format format;
    format.bits = c.minimal_bits() + *rc::gen::inRange(0, 2);
    format.overflow = *rc::gen::element(overflow_mode::wrap, overflow_mode::saturate);
    format.scope = *rc::gen::element(limit_scope::per_product, limit_scope::per_cycle, limit_scope::final);
    const auto result = oracle_dot_product(row, x, *any_order(length), simd, format);
    RC_ASSERT(result.events.empty());
    RC_ASSERT(result.stored == result.exact);
    RC_ASSERT(result.exact >= c.low && result.exact <= c.high);
  }));
}

TEST_CASE("each row of a matrix has its own certificate") {
  const auto all = certify(integer_tensor::from(signed_type(8), {3, 2}, {1, 2, -3, 4, 0, 0}), unsigned_type(2));
  REQUIRE(all.size() == 3);
  CHECK((all[0].low == 0 && all[0].high == 9 && all[0].l1_norm == 3 && all[0].channel == 0));
  CHECK((all[1].low == -9 && all[1].high == 12 && all[1].l1_norm == 7 && all[1].channel == 1));
  CHECK((all[2].low == 0 && all[2].high == 0 && all[2].minimal_bits() == 1 && all[2].channel == 2));
}

TEST_CASE("certify refuses a channel, a shape or a type that does not exist") {
  const auto weights = integer_tensor::from(signed_type(8), {2, 2}, {1, 2, 3, 4});
  CHECK_THROWS_WITH_AS(certify(weights, 2, unsigned_type(1)), "channel 2 is outside 0 to 1", config_error);
  CHECK_THROWS_AS(certify(weights, -1, unsigned_type(1)), config_error);
  CHECK_THROWS_AS(certify(weights, 0, unsigned_type(0)), config_error);
  CHECK_THROWS_WITH_AS(certify(integer_tensor::from(signed_type(8), {2}, {1, 2}), 0, unsigned_type(1)),
                       "weights: shape [2] is not [MH, MW]", config_error);
  CHECK_THROWS_AS(certify(integer_tensor{}, unsigned_type(1)), config_error);
  CHECK_THROWS_WITH_AS(certify(integer_tensor{signed_type(8), {2, 2}, {1, 2, 3}}, 0, unsigned_type(1)),
                       "weights: shape [2, 2] of INT8 needs 4 words, not 3", config_error);
}
