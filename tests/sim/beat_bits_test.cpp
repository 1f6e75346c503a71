// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/beat_bits.h"

#include <doctest/doctest.h>

#include <vector>

#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"

using namespace spillway;
using namespace spillway::testing;

TEST_CASE("TDATA is padded to whole bytes") {
  CHECK(tdata_bits(signed_type(4), 2) == 8);
  CHECK(tdata_bits(signed_type(4), 3) == 16);
  CHECK(tdata_bits(bipolar_type(), 8) == 8);
  CHECK(tdata_bits(bipolar_type(), 9) == 16);
  CHECK(tdata_bits(signed_type(4096), 1) == 4096);
}

TEST_CASE("element 0 stands at the least significant bits, in two's complement, and padding is zero") {
  std::vector<std::uint64_t> bits(1, ~std::uint64_t{0});
  pack_beat(std::vector<std::int64_t>{-2, 5, -8}.data(), signed_type(4), 3, bits);
  CHECK(bits[0] == 0x085e);
}

TEST_CASE("bipolar -1 is a 0 bit and +1 a 1 bit") {
  std::vector<std::uint64_t> bits(1);
  const std::vector<std::int64_t> beat{1, -1, -1, 1};
  pack_beat(beat.data(), bipolar_type(), 4, bits);
  CHECK(bits[0] == 0b1001);
  std::vector<std::int64_t> back(4);
  unpack_beat(bits, bipolar_type(), 4, back.data());
  CHECK(back == beat);
}

TEST_CASE("any beat survives the way to TDATA and back") {
  CHECK(property_holds("pack, unpack", 2000, [] {
    const integer_type type = *any_type(*rc::gen::element(9, 70, 300));
    const auto lanes = static_cast<std::size_t>(*rc::gen::inRange(1, 12));
    const std::vector<big_int> values = *values_of(type, lanes);
    const integer_tensor beat = tensor_of(type, {std::ssize(values)}, values);
    const auto words = static_cast<std::size_t>((tdata_bits(type, static_cast<int>(lanes)) + 63) / 64);
    std::vector<std::uint64_t> bits(words);
    pack_beat(beat.words.data(), type, static_cast<int>(lanes), bits);
    std::vector<std::int64_t> back(beat.words.size());
    unpack_beat(bits, type, static_cast<int>(lanes), back.data());
    RC_ASSERT(back == beat.words);

    // Independently: the sum of the elements' bits, shifted to their places.
    big_int whole = 0;
    for (std::size_t i = 0; i < lanes; ++i) {
      const big_int raw = type.is_bipolar ? big_int(values[i] > 0 ? 1 : 0)
                          : values[i] < 0 ? big_int(values[i] + (big_int(1) << type.bits))
                                          : values[i];
      whole += raw << (i * static_cast<std::size_t>(type.bits));
    }
    for (std::size_t w = 0; w < words; ++w)
      RC_ASSERT(bits[w] == static_cast<std::uint64_t>((whole >> (64 * w)) % (big_int(1) << 64)));
  }));
}
