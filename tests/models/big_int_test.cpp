// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/big_int.h"

#include <doctest/doctest.h>

#include "number_generators.h"
#include "property.h"
#include "spillway/models/support/error.h"

using namespace spillway;
using namespace spillway::testing;

namespace {
big_int two_to(int exponent) { return big_int(1) << exponent; }
}  // namespace

TEST_CASE("the ends of a type are the same in 64 bits and in any") {
  for (int bits = 1; bits <= 64; ++bits) {
    CHECK(min_value(signed_type(bits)) == signed_type(bits).min64());
    CHECK(max_value(signed_type(bits)) == signed_type(bits).max64());
    if (bits < 64) CHECK(max_value(unsigned_type(bits)) == unsigned_type(bits).max64());
  }
  CHECK(min_value(unsigned_type(200)) == 0);
  CHECK(max_value(unsigned_type(200)) == two_to(200) - 1);
  CHECK(min_value(signed_type(4096)) == -two_to(4095));
  CHECK(max_value(signed_type(4096)) == two_to(4095) - 1);
  CHECK(min_value(bipolar_type()) == -1);
  CHECK(max_value(bipolar_type()) == 1);
}

TEST_CASE("values of every type come back from their words") {
  CHECK(property_holds("store, then load", 2000, [] {
    const integer_type type = *any_type(600);
    const big_int value = (*values_of(type, 1))[0];
    const int extra = *rc::gen::inRange(0, 3);
    std::vector<std::int64_t> words(static_cast<std::size_t>(type.words() + extra));
    store(value, type, words);
    RC_ASSERT(load(words, type) == value);
    RC_ASSERT(load(std::span(words).first(static_cast<std::size_t>(type.words())), type) == value);
  }));
}

TEST_CASE("words are two's complement, extended to their end") {
  std::array<std::int64_t, 2> words;
  store(-1, signed_type(3), words);
  CHECK(words == std::array<std::int64_t, 2>{-1, -1});
  store(two_to(64) - 1, unsigned_type(64), words);
  CHECK(words == std::array<std::int64_t, 2>{-1, 0});
  store(-two_to(64), signed_type(65), words);
  CHECK(words == std::array<std::int64_t, 2>{0, -1});
  store(-1, bipolar_type(), words);
  CHECK(words == std::array<std::int64_t, 2>{-1, -1});
}

TEST_CASE("store takes the ends of a type and refuses what lies one beyond") {
  std::array<std::int64_t, 64> words;
  for (const int bits : {1, 2, 63, 64, 65, 128, 129, 4096})
    for (const bool is_signed : {false, true}) {
      const integer_type type{bits, is_signed, false};
      for (const big_int& inside : {min_value(type), max_value(type)}) {
        store(inside, type, words);
        CHECK(load(words, type) == inside);
      }
      CHECK_THROWS_AS(store(min_value(type) - 1, type, words), config_error);
      CHECK_THROWS_AS(store(max_value(type) + 1, type, words), config_error);
    }
  CHECK_THROWS_WITH_AS(store(0, bipolar_type(), words), "store: 0 is not a value of BIPOLAR; its range is -1 to 1",
                       config_error);
  CHECK_THROWS_WITH_AS(store(128, signed_type(8), words), "store: 128 is not a value of INT8; its range is -128 to 127",
                       config_error);
  CHECK_THROWS_WITH_AS(store(0, signed_type(65), std::span(words).first(1)), "store: INT65 needs 2 words, not 1",
                       config_error);
}

TEST_CASE("bits_for agrees in 64 bits and in any, and goes on beyond") {
  CHECK(property_holds("bits_for", 1000, [] {
    const auto a = *rc::gen::resize(100, rc::gen::arbitrary<std::int64_t>());
    const auto b = *rc::gen::resize(100, rc::gen::arbitrary<std::int64_t>());
    const auto [low, high] = std::minmax(a, b);
    RC_ASSERT(bits_for(big_int(low), big_int(high), true) == bits_for(low, high, true));
    if (low >= 0) RC_ASSERT(bits_for(big_int(low), big_int(high), false) == bits_for(low, high, false));
  }));
  for (const int bits : {1, 2, 64, 65, 127, 128, 4096}) {
    const integer_type s = signed_type(bits), u = unsigned_type(bits);
    CHECK(bits_for(min_value(s), max_value(s), true) == bits);
    CHECK(bits_for(min_value(s) - 1, 0, true) == bits + 1);
    CHECK(bits_for(0, max_value(s) + 1, true) == bits + 1);
    CHECK(bits_for(0, max_value(u), false) == bits);
    CHECK(bits_for(0, max_value(u) + 1, false) == bits + 1);
  }
  CHECK_THROWS_AS(bits_for(big_int(-1), big_int(1), false), config_error);
  CHECK_THROWS_AS(bits_for(big_int(2), big_int(1), true), config_error);
}
