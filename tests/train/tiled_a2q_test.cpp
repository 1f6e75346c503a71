// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/tiled_a2q.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

std::vector<double> random_weights(std::mt19937_64& bits, std::size_t count) {
  std::normal_distribution<double> normal(0.3);
  std::vector<double> v(count);
  for (double& value : v) value = normal(bits);
  return v;
}

/// What the sums of columns [first, first + count) reach with inputs from 0 to 2^N - 1.
std::pair<std::int64_t, std::int64_t> reach(const std::vector<std::int64_t>& q, std::size_t first, std::size_t count,
                                            int input_bits) {
  std::int64_t low = 0, high = 0;
  for (std::size_t k = first; k < std::min(first + count, q.size()); ++k) (q[k] > 0 ? high : low) += q[k];
  const std::int64_t greatest = (std::int64_t{1} << input_bits) - 1;
  return {low * greatest, high * greatest};
}

int width(std::pair<std::int64_t, std::int64_t> reached) {
  int bits = 1;
  while (reached.first < -(std::int64_t{1} << (bits - 1)) || reached.second >= std::int64_t{1} << (bits - 1)) ++bits;
  return bits;
}

}  // namespace

TEST_CASE("every tile stays in the inner register, the last one that is shorter, too, and the outer one is exact") {
  std::mt19937_64 bits(7);
  int full = 0, rests = 0, beyond = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const std::size_t columns = 1 + bits() % 200, tile = 1 + bits() % 60, rows = 1 + bits() % 3;
    const auto tiles =
        static_cast<std::size_t>(tiles_of(static_cast<std::int64_t>(columns), static_cast<std::int64_t>(tile)));
    const int input_bits = static_cast<int>(1 + bits() % 4), inner = static_cast<int>(4 + bits() % 8);
    weight_format format{8, unsigned_type(input_bits), inner,
                         trial % 2 == 0 ? weight_method::a2q : weight_method::a2q_plus};
    if (trial % 4 == 0) format.limit = norm_limit::tight;
    const auto v = random_weights(bits, rows * columns);
    // Norms beyond what the register has room for.
    const std::vector<double> d(rows, -6), t(rows * tiles, 20);
    const quantized_weights trained = quantize_tiled(v, d, t, static_cast<std::int64_t>(tile), format);
    int least = 1, outer = 1;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::vector<std::int64_t> q(
          trained.weights.words.begin() + static_cast<std::ptrdiff_t>(row * columns),
          trained.weights.words.begin() + static_cast<std::ptrdiff_t>((row + 1) * columns));
      for (std::size_t i = 0; i < tiles; ++i) least = std::max(least, width(reach(q, i * tile, tile, input_bits)));
      outer = std::max(outer, width(reach(q, 0, columns, input_bits)));
    }
    CHECK(least <= inner);
    const tiled_format proven =
        require_tiled_certificate(trained.weights, format.input, static_cast<std::int64_t>(tile), inner);
    CHECK(proven == tiled_format{inner, static_cast<std::int64_t>(tile), outer});
    full += least == inner ? 1 : 0;
    beyond += outer > inner ? 1 : 0;
    rests += columns % tile != 0 ? 1 : 0;
  }
  // The limits bind, and are limits of tiles: whole channels need more.
  CHECK(full > 100);
  CHECK(beyond > 100);
  CHECK(rests > 100);
}

TEST_CASE("a tile is quantized as a channel would be, with the channel's scale") {
  const weight_format format{8, unsigned_type(1), 5};  // T = 7.5
  const std::vector<double> v{4, -4, 1, 2, 10};
  std::vector<std::int64_t> q(5);
  // Norms 8, 2 and 16 in a scale of 1: what A2Q makes of (4 -4), (1 2), (10).
  tiled_integers(v, 0, std::vector<double>{3, 1, 4}, 2, format, q);
  CHECK(q == std::vector<std::int64_t>{3, -3, 0, 1, 7});
  CHECK_THROWS_WITH_AS(tiled_integers(v, 0, std::vector<double>{3, 1}, 2, format, q),
                       "2 norms for 3 tiles of a channel: one of each", config_error);
}

TEST_CASE("tiles that can overflow are never proven, and wrong shapes are refused") {
  const auto weights = integer_tensor::from(signed_type(8), {1, 4}, {3, 4, 5, 6});
  CHECK(require_tiled_certificate(weights, unsigned_type(1), 2, 5) == tiled_format{5, 2, 6});
  CHECK_THROWS_WITH_AS(require_tiled_certificate(weights, unsigned_type(1), 2, 4),
                       doctest::Contains("channel 0, tile 1 needs 5 accumulator bits, not 4"), error);
  const std::vector<double> v(4, 1.0), d(2, 0.0), t(4, 0.0);
  const weight_format format{8, unsigned_type(1), 5};
  CHECK_THROWS_AS(quantize_tiled(v, d, t, 0, format), config_error);
  CHECK_THROWS_AS(quantize_tiled(v, d, t, 2, format), config_error);  // two channels of one tile
  CHECK_NOTHROW(quantize_tiled(v, d, t, 1, format));
  CHECK_THROWS_AS(quantize_tiled(v, {}, t, 1, format), config_error);
  CHECK_THROWS_AS(quantize_tiled(v, std::vector<double>(2, 200.0), t, 1, format), input_error);
  weight_format none = format;
  none.method = weight_method::qat;
  CHECK_THROWS_AS(quantize_tiled(v, d, t, 1, none), config_error);
}
