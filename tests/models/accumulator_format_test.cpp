// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/accumulator_format.h"

#include <doctest/doctest.h>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

using namespace spillway;

TEST_CASE("an accumulator format reads back what it prints, for every mode and scope") {
  for (const int bits : {1, 14, 64, 4096})
    for (const auto mode : {overflow_mode::wrap, overflow_mode::saturate})
      for (const auto scope : {limit_scope::per_product, limit_scope::per_cycle, limit_scope::final}) {
        const accumulator_format format{bits, mode, scope};
        CHECK(parse_accumulator_format(to_string(format)) == format);
      }
  CHECK(to_string(accumulator_format{14, overflow_mode::wrap, limit_scope::per_product}) == "14:wrap:per_product");
}

TEST_CASE("what an accumulator's text leaves out comes from the defaults") {
  const accumulator_format defaults{20, overflow_mode::saturate, limit_scope::final};
  CHECK(parse_accumulator_format("14", defaults) == accumulator_format{14, defaults.overflow, defaults.scope});
  CHECK(parse_accumulator_format("14:wrap", defaults) ==
        accumulator_format{14, overflow_mode::wrap, limit_scope::final});
}

TEST_CASE("P of 1 and 4096 is legal, 0 and 4097 is not") {
  CHECK_NOTHROW(validate({1, overflow_mode::wrap, limit_scope::final}, "a"));
  CHECK_NOTHROW(validate({4096, overflow_mode::wrap, limit_scope::final}, "a"));
  CHECK_THROWS_WITH_AS(validate({0, {}, {}}, "layers[0].accumulator"),
                       "layers[0].accumulator: P = 0 is outside 1 to 4096; nearest: 1", config_error);
  CHECK_THROWS_WITH_AS(validate({4097, {}, {}}, "a"), "a: P = 4097 is outside 1 to 4096; nearest: 4096", config_error);
  CHECK(parse_accumulator_format("1").bits == 1);
  CHECK(parse_accumulator_format("4096").bits == 4096);
  CHECK_THROWS_WITH_AS(parse_accumulator_format("0"), "accumulator '0': P = 0 is outside 1 to 4096; nearest: 1",
                       config_error);
  CHECK_THROWS_WITH_AS(parse_accumulator_format("5000:wrap"),
                       "accumulator '5000:wrap': P = 5000 is outside 1 to 4096; nearest: 4096", config_error);
  CHECK_THROWS_WITH_AS(parse_accumulator_format("99999999999999999999"),
                       "accumulator '99999999999999999999': P = 99999999999999999999 is outside 1 to 4096; "
                       "nearest: 4096",
                       config_error);
  CHECK_THROWS_WITH_AS(parse_accumulator_format("-99999999999999999999"),
                       "accumulator '-99999999999999999999': P = -99999999999999999999 is outside 1 to 4096; "
                       "nearest: 1",
                       config_error);
}

TEST_CASE("a wrong accumulator text is answered with the nearest right word") {
  CHECK_THROWS_WITH_AS(parse_accumulator_format("14:warp"),
                       "accumulator '14:warp': there is no overflow warp; nearest: wrap", config_error);
  CHECK_THROWS_WITH_AS(parse_accumulator_format("14:sat"),
                       "accumulator '14:sat': there is no overflow sat; nearest: saturate", config_error);
  CHECK_THROWS_WITH_AS(parse_accumulator_format("14:wrap:per_cycles"),
                       "accumulator '14:wrap:per_cycles': there is no scope per_cycles; nearest: per_cycle",
                       config_error);
  CHECK_THROWS_WITH_AS(parse_accumulator_format("14:wrap:final:0"),
                       "accumulator '14:wrap:final:0' has more than three parts; nearest: 14:wrap:final", config_error);
  CHECK_THROWS_WITH_AS(parse_accumulator_format("x"),
                       "accumulator 'x': P 'x' is not a whole number; write P[:overflow[:scope]], for instance "
                       "14:wrap:per_product",
                       config_error);
  for (const char* text : {"", ":", "14:", "14::final", "14.5", " 14", "14 ", "0x10", "14:Wrap", "14:wrap:", "+14"})
    CHECK_THROWS_AS(parse_accumulator_format(text), config_error);
}

TEST_CASE("the nearest name is the one with the fewest letters changed, in any case") {
  CHECK(nearest_name("wrp", {"saturate", "wrap"}) == "wrap");
  CHECK(nearest_name("SATURATE", {"wrap", "saturate"}) == "saturate");
  CHECK(nearest_name("", {"wrap", "cut"}) == "cut");
  CHECK(nearest_name("sat", {"wrap", "saturate"}) == "saturate");
  CHECK(nearest_name("abc", {"abd", "abe"}) == "abd");
  CHECK(nearest_name("abc", std::span<const std::string_view>{}).empty());
}
