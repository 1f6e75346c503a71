// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/integer_type.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "spillway/models/support/error.h"

using namespace spillway;

namespace {
constexpr auto int64_min = std::numeric_limits<std::int64_t>::min();
constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();
}  // namespace

TEST_CASE("a type knows its ends from 1 to 64 bits") {
  static_assert(signed_type(1).min64() == -1 && signed_type(1).max64() == 0);
  static_assert(unsigned_type(1).min64() == 0 && unsigned_type(1).max64() == 1);
  static_assert(bipolar_type().min64() == -1 && bipolar_type().max64() == 1);
  static_assert(signed_type(8).min64() == -128 && signed_type(8).max64() == 127);
  static_assert(unsigned_type(8).max64() == 255);
  static_assert(signed_type(63).min64() == int64_min / 2 && signed_type(63).max64() == int64_max / 2);
  static_assert(unsigned_type(63).min64() == 0 && unsigned_type(63).max64() == int64_max);
  static_assert(signed_type(64).min64() == int64_min && signed_type(64).max64() == int64_max);
  CHECK(signed_type(8) != unsigned_type(8));
  CHECK(signed_type(1) != bipolar_type());
}

TEST_CASE("a type is narrow exactly while int64 holds its values") {
  static_assert(signed_type(64).fits_int64() && !signed_type(65).fits_int64());
  static_assert(unsigned_type(63).fits_int64() && !unsigned_type(64).fits_int64());
  static_assert(bipolar_type().fits_int64());
}

TEST_CASE("a value takes one word for each 64 bits begun") {
  static_assert(signed_type(1).words() == 1 && unsigned_type(64).words() == 1 && signed_type(65).words() == 2);
  static_assert(signed_type(128).words() == 2 && signed_type(129).words() == 3 && signed_type(4096).words() == 64);
  static_assert(bipolar_type().words() == 1);
}

TEST_CASE("type names are those of QONNX, there and back") {
  CHECK(to_string(signed_type(8)) == "INT8");
  CHECK(to_string(unsigned_type(4)) == "UINT4");
  CHECK(to_string(bipolar_type()) == "BIPOLAR");
  CHECK(parse_integer_type("BINARY") == unsigned_type(1));
  CHECK(parse_integer_type("BIPOLAR") == bipolar_type());
  for (int bits = 1; bits <= integer_type::max_bits; ++bits) {
    CHECK(parse_integer_type(to_string(signed_type(bits))) == signed_type(bits));
    CHECK(parse_integer_type(to_string(unsigned_type(bits))) == unsigned_type(bits));
  }
}

TEST_CASE("a wrong type name is answered with the nearest right one") {
  CHECK_THROWS_WITH_AS(parse_integer_type("INT0"), "type 'INT0' is outside 1 to 4096 bits; nearest: INT1",
                       config_error);
  CHECK_THROWS_WITH_AS(parse_integer_type("UINT4097"), "type 'UINT4097' is outside 1 to 4096 bits; nearest: UINT4096",
                       config_error);
  CHECK_THROWS_WITH_AS(parse_integer_type("INT99999999999999999999"),
                       "type 'INT99999999999999999999' is outside 1 to 4096 bits; nearest: INT4096", config_error);
  CHECK_THROWS_WITH_AS(parse_integer_type("BIPOLA"),
                       "type 'BIPOLA' is not INT<bits>, UINT<bits> or BIPOLAR; nearest: BIPOLAR", config_error);
  CHECK_THROWS_WITH_AS(parse_integer_type("int8"), "type 'int8' is not INT<bits>, UINT<bits> or BIPOLAR; nearest: INT8",
                       config_error);
  CHECK_THROWS_WITH_AS(parse_integer_type("INT"), "type 'INT' has no width; write INT8", config_error);
  for (const char* name :
       {"", "FLOAT32", "TERNARY", "INT-8", "INT08", "INT8 ", " INT8", "INT+8", "UINT", "UINT8.0", "INT0x8", "BIPOLAR1"})
    CHECK_THROWS_AS(parse_integer_type(name), config_error);
}

TEST_CASE("widths of 1 and 4096 are legal, 0 and 4097 are not") {
  for (const int bits : {1, 4096}) {
    CHECK_NOTHROW(validate(signed_type(bits), "x"));
    CHECK_NOTHROW(validate(unsigned_type(bits), "x"));
  }
  CHECK_NOTHROW(validate(bipolar_type(), "x"));
  CHECK_THROWS_WITH_AS(validate(signed_type(0), "layers[3].input"),
                       "layers[3].input: 0 bits are outside 1 to 4096; nearest: 1", config_error);
  CHECK_THROWS_WITH_AS(validate(unsigned_type(4097), "w"), "w: 4097 bits are outside 1 to 4096; nearest: 4096",
                       config_error);
  CHECK_THROWS_AS(validate(signed_type(-1), "w"), config_error);
  CHECK_THROWS_WITH_AS(validate(integer_type{2, true, true}, "w"),
                       "w: a bipolar type is signed and has 1 bit, not 2 signed; nearest: BIPOLAR", config_error);
  CHECK_THROWS_AS(validate(integer_type{1, false, true}, "w"), config_error);
}

TEST_CASE("bits_for gives the least width, at every boundary") {
  CHECK(bits_for(0, 0, true) == 1);
  CHECK(bits_for(0, 0, false) == 1);
  CHECK(bits_for(-1, 0, true) == 1);
  CHECK(bits_for(0, 1, true) == 2);
  CHECK(bits_for(0, 1, false) == 1);
  for (int bits = 1; bits <= 64; ++bits) {
    const integer_type s = signed_type(bits);
    CHECK(bits_for(s.min64(), s.max64(), true) == bits);
    CHECK(bits_for(s.min64(), 0, true) == bits);
    if (bits > 1) CHECK(bits_for(0, s.max64(), true) == bits);
    if (bits < 64) CHECK(bits_for(s.min64() - 1, 0, true) == bits + 1);
    if (bits < 64) CHECK(bits_for(0, s.max64() + 1, true) == bits + 1);
    if (bits == 64) continue;
    CHECK(bits_for(0, unsigned_type(bits).max64(), false) == bits);
    if (bits < 63) CHECK(bits_for(0, unsigned_type(bits).max64() + 1, false) == bits + 1);
  }
}

TEST_CASE("bits_for refuses what no type holds") {
  CHECK_THROWS_WITH_AS(bits_for(-1, 3, false), "bits_for: low = -1 needs a signed type", config_error);
  CHECK_THROWS_WITH_AS(bits_for(2, 1, true), "bits_for: low = 2 is above high = 1; swap them", config_error);
  CHECK_THROWS_AS(bits_for(2, 1, false), config_error);
}
