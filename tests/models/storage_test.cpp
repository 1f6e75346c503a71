// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/storage.h"

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

#include "number_generators.h"
#include "property.h"
#include "spillway/models/numbers/register_oracle.h"
#include "spillway/models/support/error.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// 1, 2, 4 or 8 words, 0 for cpp_int.
int words_chosen(int exact_bits) {
  return visit_storage(exact_bits, [](auto storage) {
    using integer = typename decltype(storage)::type;
    if constexpr (std::is_same_v<integer, std::int64_t>)
      return 1;
    else if constexpr (std::is_same_v<integer, big_int>)
      return 0;
    else
      return integer::bits / 64;
  });
}

}  // namespace

TEST_CASE("storage changes exactly where the next one is needed") {
  CHECK(words_chosen(1) == 1);
  CHECK(words_chosen(63) == 1);
  CHECK(words_chosen(64) == 2);
  CHECK(words_chosen(127) == 2);
  CHECK(words_chosen(128) == 4);
  CHECK(words_chosen(255) == 4);
  CHECK(words_chosen(256) == 8);
  CHECK(words_chosen(511) == 8);
  CHECK(words_chosen(512) == 0);
  CHECK(words_chosen(5000) == 0);
}

TEST_CASE("exact_sum_bits is the least width for a register and all products") {
  // 784 products in [-128, 127] and a register in [-2^18, 2^18 - 1].
  CHECK(exact_sum_bits(signed_type(8), unsigned_type(1), 784, 19) == 20);
  // -1 - 1 and 0: the product of two 1-bit unsigned values is 0 or 1, the register -1 or 0.
  CHECK(exact_sum_bits(unsigned_type(1), unsigned_type(1), 1, 1) == 2);
  CHECK(exact_sum_bits(bipolar_type(), bipolar_type(), 2, 1) == 3);       // -1-2 to 0+2
  CHECK(exact_sum_bits(signed_type(31), unsigned_type(30), 1, 8) == 61);  // -2^30 * (2^30 - 1) - 2^7
  CHECK(words_chosen(exact_sum_bits(signed_type(8), unsigned_type(1), 1, 62)) == 1);
  CHECK(words_chosen(exact_sum_bits(signed_type(8), unsigned_type(1), 1, 63)) == 2);
  // Operands wider than a word never get int64, whatever the register.
  CHECK(words_chosen(exact_sum_bits(unsigned_type(64), unsigned_type(1), 1, 1)) == 2);
  CHECK(words_chosen(exact_sum_bits(signed_type(64), signed_type(1), 1, 1)) == 2);
  CHECK(exact_sum_bits(signed_type(4096), signed_type(4096), 1000, 4096) > 8192);
}

TEST_CASE("exact_sum_bits is never too small and never two too many, for the extreme operands") {
  CHECK(property_holds("exact_sum_bits", 1000, [] {
    const integer_type w = *any_type(130), x = *any_type(130);
    const std::int64_t length = *rc::gen::inRange(1, 1000);
    const int bits = *rc::gen::inRange(1, 300);
    const integer_type sum = signed_type(exact_sum_bits(w, x, length, bits));
    big_int low = 0, high = 0;
    for (const big_int& a : {min_value(w), max_value(w)})
      for (const big_int& b : {min_value(x), max_value(x)}) {
        low = std::min(low, big_int(a * b));
        high = std::max(high, big_int(a * b));
      }
    low = low * length + min_value(signed_type(bits));
    high = high * length + max_value(signed_type(bits));
    RC_ASSERT(low >= min_value(sum) && high <= max_value(sum));
    if (sum.bits > 1) {
      const integer_type less = signed_type(sum.bits - 1);
      RC_ASSERT(low < min_value(less) || high > max_value(less));
    }
  }));
}

TEST_CASE("values go into any storage and back through their words") {
  CHECK(property_holds("load_as, store_as", 1000, [] {
    const integer_type type = *any_type(500);
    const big_int value = (*values_of(type, 1))[0];
    std::vector<std::int64_t> words(static_cast<std::size_t>(type.words())), back(words.size());
    store(value, type, words);
    visit_storage(type.bits + 1, [&](auto storage) {
      using integer = typename decltype(storage)::type;
      store_as(load_as<integer>(words.data(), type), type, back.data());
    });
    RC_ASSERT(back == words);
  }));
}

TEST_CASE("the oracle refuses what is no dot product") {
  const std::vector<big_int> three = {1, 2, 3}, two = {1, 2};
  const accumulator_format format;
  const auto run = [&](std::span<const big_int> w, std::span<const big_int> x, std::vector<std::int64_t> order,
                       int simd) { return oracle_dot_product(w, x, order, simd, format); };
  CHECK_NOTHROW(run(three, three, {2, 0, 1}, 3));
  CHECK_THROWS_WITH_AS(run(three, two, {}, 1), "oracle: 3 weights and 2 inputs; as many of each, at least 1, is right",
                       config_error);
  CHECK_THROWS_WITH_AS(run(three, three, {}, 2), "oracle: simd = 2 does not divide K = 3", config_error);
  CHECK_THROWS_AS(run(three, three, {}, 0), config_error);
  CHECK_THROWS_AS(run({}, {}, {}, 1), config_error);
  CHECK_THROWS_WITH_AS(run(three, three, {0, 1}, 1), "oracle: the order has 2 entries, not 3", config_error);
  CHECK_THROWS_WITH_AS(run(three, three, {0, 1, 1}, 1), "oracle: order entry 1 stands twice", config_error);
  CHECK_THROWS_WITH_AS(run(three, three, {0, 1, 3}, 1), "oracle: order entry 3 is outside 0 to 2", config_error);
  CHECK_THROWS_AS(oracle_dot_product(three, three, {}, 1, {0, {}, {}}), config_error);
}
