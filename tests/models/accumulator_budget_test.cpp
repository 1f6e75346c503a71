// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/accumulator_budget.h"

#include <doctest/doctest.h>

#include <random>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/draw.h"

using namespace spillway;
using spillway::testing::draw;

namespace {

/// True if the row holds, and its negation does: a row whose threshold has a negative slope is negated.
bool holds(std::vector<std::int64_t> q, integer_type input, const tiled_format& format) {
  const auto size = static_cast<std::int64_t>(q.size());
  for (int sign = 0; sign < 2; ++sign) {
    if (!certify_tiled(integer_tensor::from(signed_type(40), {1, size}, q), 0, input, format.tile).holds(format))
      return false;
    for (std::int64_t& value : q) value = -value;
  }
  return true;
}

}  // namespace

TEST_CASE("what a budget admits is exactly what the certificates admit") {
  std::mt19937_64 bits(47);
  std::int64_t blocked = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const std::int64_t columns = draw(bits, 1, 12);
    const int width = static_cast<int>(draw(bits, 1, 5));
    const integer_type input =
        std::vector<integer_type>{unsigned_type(width), signed_type(width), bipolar_type()}[bits() % 3];
    const tiled_format format{static_cast<int>(draw(bits, 2, 10)), draw(bits, 1, columns + 1),
                              static_cast<int>(draw(bits, 2, 12))};
    accumulator_budget budget(format, input, columns);
    std::vector<std::int64_t> q(static_cast<std::size_t>(columns));
    for (int step = 0; step < 30; ++step) {
      const std::int64_t k = draw(bits, 0, columns - 1);
      const auto at = static_cast<std::size_t>(k);
      const auto [low, high] = budget.admits(k, q[at]);
      REQUIRE(low <= 0);
      REQUIRE(high >= 0);
      std::vector<std::int64_t> edge(q);
      for (const auto& [admitted, beyond] : {std::pair(low, low - 1), std::pair(high, high + 1)}) {
        edge[at] = admitted;
        REQUIRE(holds(edge, input, format));
        edge[at] = beyond;
        REQUIRE_FALSE(holds(edge, input, format));
      }
      blocked += low == 0 && high == 0 ? 1 : 0;
      const std::int64_t next = draw(bits, low, high);
      budget.change(k, q[at], next);
      q[at] = next;
    }
  }
  CHECK(blocked > 100);
}

TEST_CASE("the limit of one sign is that of the certificate") {
  CHECK(accumulator_budget::one_sided_limit(8, unsigned_type(1)) == 127);
  CHECK(accumulator_budget::one_sided_limit(12, unsigned_type(4)) == 136);
  CHECK(accumulator_budget::one_sided_limit(12, signed_type(4)) == 255);
  CHECK(accumulator_budget::one_sided_limit(8, signed_type(1)) == 127);
  CHECK(accumulator_budget::one_sided_limit(4096, unsigned_type(1)) > (std::int64_t{1} << 60));
  CHECK_THROWS_AS(accumulator_budget::one_sided_limit(8, unsigned_type(33)), config_error);
  CHECK_THROWS_AS(accumulator_budget({8, 4, 8}, unsigned_type(1), 0), config_error);
  CHECK_THROWS_AS(accumulator_budget({8, 0, 8}, unsigned_type(1), 4), config_error);
}
