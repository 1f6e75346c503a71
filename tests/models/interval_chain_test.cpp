// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/interval_chain.h"

#include <doctest/doctest.h>

#include <random>

// What doubles decide against what fractions decide.

using namespace spillway;

namespace {

class chains {
 public:
  explicit chains(unsigned seed) : m_bits(seed) {}

  /// Two or three affine steps, one of them by a square root now and then, and a clamp behind some of them.
  value_chain next() {
    value_chain chain(number(0.001, 0.1), number(-3, 3));
    for (int step = 0; step < 2; ++step) {
      chain.add({number(-2, 2)});
      const bracket scale = below(3) == 0 ? bracket(1) / square_root(exact(std::abs(real(0.5, 4)))) : number(0.1, 2);
      chain.multiply({below(4) == 0 ? -scale : scale});
      if (below(3) == 0) chain.clamp(bracket(0), below(2) == 0 ? std::optional<bracket>(6) : std::nullopt);
    }
    return chain;
  }

  double real(double low, double high) {
    return std::uniform_real_distribution<float>(float(low), float(high))(m_bits);
  }
  bracket number(double low, double high) { return exact(real(low, high)); }
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(m_bits); }

 private:
  std::mt19937 m_bits;
};

}  // namespace

TEST_CASE("doubles decide nearly every boundary, and as fractions do") {
  chains random(3);
  int decided = 0, all = 0;
  for (int n = 0; n < 3000; ++n) {
    const value_chain chain = random.next();
    const interval_chain quick(chain, 0);
    for (int level = 0; level < 4; ++level) {
      const bracket boundary = random.number(-8, 8);
      const auto found = quick.reaching(boundary);
      ++all;
      if (!found) continue;
      ++decided;
      for (const bool inclusive : {false, true}) {
        const integer_condition right = chain.reaching(0, boundary, inclusive);
        REQUIRE(found->what == right.what);
        REQUIRE(found->at == right.at);
      }
    }
  }
  CHECK(decided > all * 99 / 100);
}

TEST_CASE("doubles leave to fractions what lies on an integer, on a clamp's end, or beyond their range") {
  const value_chain chain(bracket(rational(1, 3)), bracket(rational(1, 7)));
  const bracket on_an_integer = chain.at(0, bracket(rational(5)));
  CHECK_FALSE(interval_chain(chain, 0).reaching(on_an_integer));
  CHECK(chain.reaching(0, on_an_integer, true).at == 5);
  CHECK(chain.reaching(0, on_an_integer, false).at == 6);

  value_chain clamped(bracket(rational(1, 3)), bracket(0));
  clamped.clamp(bracket(0), std::nullopt);
  CHECK_FALSE(interval_chain(clamped, 0).reaching(bracket(0)));
  CHECK(interval_chain(clamped, 0).reaching(bracket(rational(-1, 2)))->what == integer_condition::kind::always);

  const value_chain flat(bracket(0), bracket(1));
  CHECK_FALSE(interval_chain(flat, 0).reaching(bracket(rational(1, 2))));
  const value_chain steep(bracket(rational(1, big_int(1) << 60)), bracket(0));
  CHECK_FALSE(interval_chain(steep, 0).reaching(bracket(rational(7, 3))));
  const value_chain tiny(bracket(rational(1, big_int(1) << 1200)), bracket(0));
  CHECK_FALSE(interval_chain(tiny, 0).reaching(bracket(rational(7, 3))));
}
