// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/tiled_quantizer.h"

#include <doctest/doctest.h>
#include <torch/autograd.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "spillway/models/support/error.h"
#include "spillway/tests/train/double_tensors.h"
#include "spillway/tests/train/quantizer_oracle.h"

using namespace spillway;
using namespace spillway::testing;

namespace {}  // namespace

TEST_CASE("a tile's gradients are those of a channel, to 1e-6, and the channel's scale has their sum") {
  std::mt19937_64 bits(3);
  constexpr std::size_t rows = 2, tiles = 3;
  int compared = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const std::size_t tile = 2 + bits() % 12, columns = tiles * tile;
    const bool plus = trial % 2 == 1;
    const weight_format format{static_cast<int>(3 + bits() % 6), unsigned_type(static_cast<int>(1 + bits() % 3)),
                               static_cast<int>(5 + bits() % 8), plus ? weight_method::a2q_plus : weight_method::a2q};
    const auto v = normal(bits, rows * columns), upstream = normal(bits, rows * columns);
    std::vector<double> d(rows), t(rows * tiles);
    for (double& value : d) value = -static_cast<double>(bits() % 700) / 100 + 0.003;
    for (double& value : t) value = static_cast<double>(bits() % 900) / 100 - 2;
    const tiled_quantizer quantizer{format, static_cast<std::int64_t>(tile), tensor(v, {rows, -1}),
                                    tensor(d, {rows, 1}), tensor(t, {rows, tiles})};
    const quantized_tensor weights = quantizer.forward();
    const double lambda = 0.37;
    ((torch::tensor(upstream, torch::kDouble).view({rows, -1}) * weights.integers * weights.scale).sum() +
     lambda * quantizer.penalty())
        .backward();
    const auto dv = values(quantizer.v.grad()), dd = values(quantizer.d.grad()), dt = values(quantizer.t.grad());
    for (std::size_t row = 0; row < rows; ++row) {
      long double of_scale = 0;
      bool at_a_boundary = false;  // a lone weight of its sign is at A2Q+'s limit, which may be an integer
      for (std::size_t i = 0; i < tiles; ++i) {
        const std::size_t first = row * columns + i * tile;
        const auto part = [&](const std::vector<double>& of) {
          return std::vector<double>(of.begin() + static_cast<std::ptrdiff_t>(first),
                                     of.begin() + static_cast<std::ptrdiff_t>(first + tile));
        };
        const channel of{format, true, part(upstream), lambda, plus};
        const auto v_part = part(v);
        numbers at(v_part.begin(), v_part.end());
        at.push_back(d[row]);
        at.push_back(t[row * tiles + i]);
        const numbers expected = of.gradient(at);
        for (std::size_t k = 0; k < tile; ++k)
          REQUIRE(dv[first + k] == doctest::Approx(static_cast<double>(expected[k])).epsilon(1e-6));
        of_scale += expected[tile];
        for (const long double u : of.unrounded(at)) at_a_boundary |= std::abs(u - std::round(u)) < 1e-9L;
        REQUIRE(dt[row * tiles + i] == doctest::Approx(static_cast<double>(expected[tile + 1])).epsilon(1e-6));
      }
      if (at_a_boundary) continue;
      ++compared;
      REQUIRE(dd[row] == doctest::Approx(static_cast<double>(of_scale)).epsilon(1e-6));
    }
    const quantized_weights exported = quantizer.integers();
    const auto trained = values(weights.integers);
    CHECK(std::equal(trained.begin(), trained.end(), exported.weights.words.begin(), exported.weights.words.end(),
                     [](double a, std::int64_t b) { return a == static_cast<double>(b); }));
  }
  CHECK(compared > 100);  // of 120
}

TEST_CASE("one tile a channel is the quantizer without tiles") {
  std::mt19937_64 bits(5);
  const auto w = torch::tensor(normal(bits, 60), torch::kDouble).view({3, 20});
  for (const weight_method method : {weight_method::a2q, weight_method::a2q_plus})
    for (const weight_start start : {weight_start::naive, weight_start::euclidean}) {
      const weight_format format{8, unsigned_type(1), 7, method};
      const auto tiled = tiled_quantizer::from_weights(w, format, 20, start);
      const auto whole = a2q_quantizer::from_weights(w, format, start);
      for (const auto& [a, b] : {std::pair(tiled.v, whole.v), std::pair(tiled.d, whole.d), std::pair(tiled.t, whole.t)})
        CHECK(torch::allclose(a, b, 1e-14, 1e-14));
      CHECK(tiled.integers().weights == whole.integers().weights);
    }
  CHECK_THROWS_WITH_AS(tiled_quantizer::from_weights(w, {8, unsigned_type(1), 7}, 6),
                       "tile = 6 does not divide the 20 weights of a channel", config_error);
}
