// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/integer_tensor.h"

#include <doctest/doctest.h>

#include <limits>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/support/error.h"

using namespace spillway;

TEST_CASE("a tensor of zeros is legal in every type, bipolar included") {
  for (const integer_type type : {signed_type(1), unsigned_type(63), unsigned_type(64), signed_type(4096)}) {
    const integer_tensor tensor = integer_tensor::zeros(type, {2, 3});
    CHECK(tensor.size() == 6);
    CHECK(static_cast<int>(tensor.words.size()) == 6 * type.words());
    CHECK(*tensor.at(5) == 0);
    CHECK_NOTHROW(validate(tensor, "t"));
  }
  const integer_tensor signs = integer_tensor::zeros(bipolar_type(), {4});
  CHECK(signs.words == std::vector<std::int64_t>{-1, -1, -1, -1});
  CHECK_NOTHROW(validate(signs, "t"));
}

TEST_CASE("a tensor has as many elements as its shape says") {
  const auto tensor = integer_tensor::from(signed_type(8), {2, 2}, {1, -2, 3, -4});
  CHECK(*tensor.at(3) == -4);
  CHECK(tensor == integer_tensor{signed_type(8), {2, 2}, {1, -2, 3, -4}});
  CHECK_THROWS_WITH_AS(integer_tensor::from(signed_type(8), {2, 2}, {1, 2, 3}),
                       "tensor: shape [2, 2] has 4 elements, not 3", config_error);
  CHECK_THROWS_WITH_AS(integer_tensor::from(signed_type(65), {1}, {1}),
                       "tensor: INT65 is wider than the 64-bit elements given; nearest: INT64, UINT64", config_error);
  CHECK(integer_tensor{}.size() == 0);
}

TEST_CASE("a shape must be positive, and small enough to count") {
  CHECK_THROWS_WITH_AS(integer_tensor::zeros(signed_type(8), {2, 0}),
                       "tensor: shape [2, 0] has 0 where at least 1 is right", config_error);
  CHECK_THROWS_WITH_AS(integer_tensor::zeros(signed_type(8), {}), "tensor: the shape is empty; nearest: [1]",
                       config_error);
  CHECK_THROWS_AS(integer_tensor::zeros(signed_type(8), {-1, -1}), config_error);
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_WITH_AS(integer_tensor::zeros(signed_type(8), {huge, huge}),
                       "tensor: shape [9223372036854775807, 9223372036854775807] is beyond 2^48 words", config_error);
  CHECK_THROWS_AS(integer_tensor::zeros(signed_type(0), {1}), config_error);
}

TEST_CASE("validate names the element that is not a value of the type") {
  CHECK_THROWS_WITH_AS(validate(integer_tensor{signed_type(4), {2}, {7, 8}}, "layers[1].weights"),
                       "layers[1].weights[1] = 8 is not a value of INT4; its range is -8 to 7", config_error);
  CHECK_THROWS_AS(validate(integer_tensor{signed_type(4), {1}, {-9}}, "w"), config_error);
  CHECK_NOTHROW(validate(integer_tensor{signed_type(4), {2}, {-8, 7}}, "w"));
  CHECK_THROWS_AS(validate(integer_tensor{unsigned_type(4), {1}, {-1}}, "w"), config_error);
  CHECK_THROWS_AS(validate(integer_tensor{unsigned_type(4), {1}, {16}}, "w"), config_error);
  CHECK_THROWS_WITH_AS(validate(integer_tensor{bipolar_type(), {1}, {0}}, "w"),
                       "w[0] = 0 is not a value of BIPOLAR; its range is -1 to 1", config_error);
  CHECK_THROWS_WITH_AS(validate(integer_tensor{signed_type(70), {2}, {0, 0}}, "w"),
                       "w: 2 elements of INT70 need 4 words, not 2", config_error);
}

TEST_CASE("a wide value is checked at the boundary of its last word") {
  const auto is_legal = [](integer_type type, std::vector<std::int64_t> words) {
    try {
      validate(integer_tensor{type, {1}, std::move(words)}, "w");
      return true;
    } catch (const config_error&) {
      return false;
    }
  };
  CHECK(is_legal(unsigned_type(64), {-1}));
  CHECK(is_legal(signed_type(70), {-1, 31}));
  CHECK_FALSE(is_legal(signed_type(70), {0, 32}));
  CHECK(is_legal(signed_type(70), {0, -32}));
  CHECK_FALSE(is_legal(signed_type(70), {-1, -33}));
  CHECK(is_legal(unsigned_type(70), {-1, 63}));
  CHECK_FALSE(is_legal(unsigned_type(70), {0, 64}));
  CHECK_FALSE(is_legal(unsigned_type(70), {0, -1}));
  CHECK(is_legal(signed_type(128), {0, std::numeric_limits<std::int64_t>::min()}));
  CHECK(is_legal(unsigned_type(128), {-1, -1}));
}
