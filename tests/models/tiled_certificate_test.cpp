// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/certificates/tiled_certificate.h"

#include <doctest/doctest.h>

#include <numeric>
#include <random>

#include "spillway/models/numbers/register_oracle.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/draw.h"

using namespace spillway;
using spillway::testing::draw;

namespace {

std::vector<big_int> as_big(const std::int64_t* from, std::int64_t count) { return {from, from + count}; }

struct tiled_run {
  std::int64_t inner_events = 0, outer_events = 0;
  std::vector<big_int> tiles;
  big_int whole = 0;
};

/// What two registers make of one dot product, from the oracle of plain ones: each tile by itself, then the tiles as
/// products with 1.
tiled_run run(const std::vector<std::int64_t>& weights, const std::vector<std::int64_t>& inputs,
              const std::vector<std::int64_t>& order_of_tiles, const tiled_format& format) {
  const auto columns = static_cast<std::int64_t>(weights.size());
  const auto plain = [](int bits) {
    return accumulator_format{bits, overflow_mode::saturate, limit_scope::per_product};
  };
  tiled_run result;
  for (std::int64_t first = 0; first < columns; first += format.tile) {
    const std::int64_t count = std::min(format.tile, columns - first);
    const oracle_result tile = oracle_dot_product(
        as_big(weights.data() + first, count), as_big(inputs.data() + first, count), {}, 1, plain(format.inner_bits));
    result.inner_events += static_cast<std::int64_t>(tile.events.size());
    result.tiles.push_back(tile.exact);
    result.whole += tile.exact;
  }
  const std::vector<big_int> ones(result.tiles.size(), 1);
  result.outer_events = static_cast<std::int64_t>(
      oracle_dot_product(result.tiles, ones, order_of_tiles, 1, plain(format.outer_bits)).events.size());
  return result;
}

struct random_channel {
  integer_type input;
  std::int64_t tile;
  integer_tensor weights;

  explicit random_channel(std::mt19937_64& bits) {
    const std::int64_t columns = draw(bits, 1, 40);
    const int width = static_cast<int>(draw(bits, 1, 5));
    const std::vector<integer_type> types{unsigned_type(width), signed_type(width), bipolar_type()};
    input = types[bits() % 3];
    tile = draw(bits, 1, columns + 2);
    weights = integer_tensor::zeros(signed_type(5), {1, columns});
    for (std::int64_t& w : weights.words) w = draw(bits, -15, 15);
  }

  std::vector<std::int64_t> any_input(std::mt19937_64& bits) const {
    std::vector<std::int64_t> x(weights.words.size());
    for (std::int64_t& value : x) {
      value = bits() % 2 == 0 ? draw(bits, input.min64(), input.max64())
                              : (bits() % 2 == 0 ? input.min64() : input.max64());
      if (input.is_bipolar && value == 0) value = 1;
    }
    return x;
  }
};

}  // namespace

TEST_CASE("a tiled certificate is that of each tile and of the whole") {
  const auto weights = integer_tensor::from(signed_type(8), {2, 5}, {1, 2, -3, 100, 5, 0, 0, 0, 0, 0});
  const tiled_certificate c = certify_tiled(weights, 0, unsigned_type(2), 2);
  REQUIRE(c.tiles.size() == 3);
  CHECK(c.tiles[0].high == 9);
  CHECK(c.tiles[0].low == 0);
  CHECK(c.tiles[1].high == 300);
  CHECK(c.tiles[1].low == -9);
  CHECK(c.tiles[2].high == 15);
  CHECK(c.whole.high == 324);
  CHECK(c.minimal_inner_bits() == 10);
  CHECK(c.minimal_outer_bits() == 10);
  CHECK(c.holds({10, 2, 10}));
  CHECK_FALSE(c.holds({9, 2, 10}));
  CHECK_FALSE(c.holds({10, 2, 9}));
  CHECK(certify_tiled(weights, unsigned_type(2), 5)[0].tiles.size() == 1);
  CHECK(certify_tiled(weights, unsigned_type(2), 5)[1].minimal_inner_bits() == 1);
}

TEST_CASE("where the certificate holds no input overflows either register, in any order of tiles") {
  std::mt19937_64 bits(41);
  for (int trial = 0; trial < 1500; ++trial) {
    const random_channel of(bits);
    const tiled_certificate c = certify_tiled(of.weights, 0, of.input, of.tile);
    const tiled_format format{c.minimal_inner_bits(), of.tile, c.minimal_outer_bits()};
    std::vector<std::int64_t> order(c.tiles.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), bits);
    const tiled_run result = run(of.weights.words, of.any_input(bits), order, format);
    REQUIRE(result.inner_events + result.outer_events == 0);
    for (std::size_t t = 0; t < c.tiles.size(); ++t) {
      REQUIRE(result.tiles[t] <= c.tiles[t].high);
      REQUIRE(result.tiles[t] >= c.tiles[t].low);
    }
    CHECK_THROWS_AS(find_tiled_witness(of.weights, 0, of.input, format), config_error);
  }
}

TEST_CASE("a bit less has a witness: for the inner register in one tile, for the outer one in no tile") {
  std::mt19937_64 bits(43);
  std::int64_t inner = 0, outer = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    const random_channel of(bits);
    const tiled_certificate c = certify_tiled(of.weights, 0, of.input, of.tile);
    if (c.minimal_inner_bits() > 1) {
      const tiled_format format{c.minimal_inner_bits() - 1, of.tile, 64};
      const tiled_witness w = find_tiled_witness(of.weights, 0, of.input, format);
      REQUIRE(w.tile.has_value());
      const tiled_run result = run(of.weights.words, w.example.input, {}, format);
      REQUIRE(result.inner_events > 0);
      REQUIRE(result.tiles[static_cast<std::size_t>(*w.tile)] == w.example.reached);
      ++inner;
    }
    if (c.minimal_outer_bits() > 1) {
      const tiled_format format{64, of.tile, c.minimal_outer_bits() - 1};
      const tiled_witness w = find_tiled_witness(of.weights, 0, of.input, format);
      REQUIRE_FALSE(w.tile.has_value());
      const tiled_run result = run(of.weights.words, w.example.input, {}, format);
      REQUIRE(result.inner_events == 0);
      REQUIRE(result.outer_events > 0);
      REQUIRE(result.whole == w.example.reached);
      ++outer;
    }
  }
  CHECK(inner > 1000);
  CHECK(outer > 1000);
}

TEST_CASE("tiled formats have a text, and what is wrong with one is said") {
  const tiled_format format{12, 64, 16};
  CHECK(to_string(format) == "12x64:16");
  CHECK(parse_tiled_format("12x64:16") == format);
  for (const char* text : {"", "12", "12x64", "12x64:", "x64:16", "12x64:16:1", "12x64:16 ", "12X64:16", "0x64:16",
                           "12x0:16", "12x64:5000", "99999999999x1:1", "12x-1:16"})
    CHECK_THROWS_AS(parse_tiled_format(text), config_error);
  const auto weights = integer_tensor::zeros(signed_type(8), {1, 4});
  CHECK_THROWS_AS(certify_tiled(weights, 0, unsigned_type(1), 0), config_error);
  CHECK_THROWS_AS(certify_tiled(weights, 1, unsigned_type(1), 2), config_error);
  CHECK_THROWS_AS(certify_tiled(integer_tensor::zeros(signed_type(8), {4}), unsigned_type(1), 2), config_error);
}
