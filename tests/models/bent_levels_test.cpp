// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/bent_levels.h"

#include <doctest/doctest.h>

#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <functional>
#include <random>

#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

using digits = boost::multiprecision::cpp_bin_float_50;
using bend = bend_step::kind;

/// A chain, and the same function written with another arithmetic.
struct example {
  value_chain chain;
  std::function<digits(digits)> function;
};

digits sigmoid_of(const digits& x) { return 1 / (1 + exp(-x)); }

/// Levels 0 to steps of round-half-even(x / scale) + zero, clamped.
level_rule rule_of_steps(int steps, int zero, const rational& scale) {
  level_rule rule{0, steps, unsigned_type(8), {}, 1, {}};
  rule.boundary = [=](std::int64_t, const big_int& level) {
    // Ties go to the even quotient.
    const big_int quotient = level - zero;
    return real_boundary{bracket(rational(2 * quotient - 1, 2) * scale), !bit_test(big_int(abs(quotient)), 0)};
  };
  return rule;
}

int expected_level(const digits& x, int steps, int zero, const digits& scale) {
  const digits quotient = x / scale;
  digits below = floor(quotient);
  const digits part = quotient - below;
  const bool is_odd = (static_cast<long long>(below) & 1) != 0;
  if (part > digits(0.5) || (part == digits(0.5) && is_odd)) below += 1;
  const digits level = below + zero;
  return level < 0 ? 0 : level > steps ? steps : static_cast<int>(level);
}

bool reaches(const integer_condition& condition, bool falls, std::int64_t n) {
  if (condition.what != integer_condition::kind::from) return condition.what == integer_condition::kind::always;
  return falls ? n <= condition.at : n >= condition.at;
}

int level_in(const threshold_draft& draft, std::int64_t n) {
  int count = 0;
  for (const integer_condition& condition : draft.conditions) count += reaches(condition, draft.descending[0], n);
  return count;
}

int level_in(const bent_draft& draft, std::int64_t n) {
  return level_in(draft.levels, n) - (draft.falls ? level_in(*draft.falls, n) : 0);
}

rational fraction(std::mt19937& random) {
  return rational(static_cast<int>(random() % 2000) - 1000, 1 + static_cast<int>(random() % 300));
}

digits value_of(const rational& of) { return digits(numerator(of)) / digits(denominator(of)); }

/// x scaled into the interesting part of the function, then the function.
example example_of(int kind, const rational& scale, const rational& offset) {
  example result{value_chain(bracket(scale), bracket(offset)), {}};
  const digits a = value_of(scale), b = value_of(offset);
  const auto set = [&](bend what, std::function<digits(digits)> f, channel_values alpha = {0}) {
    result.chain.bend(what, std::move(alpha));
    result.function = [=](const digits& n) { return f(a * n + b); };
  };
  value_chain factor = result.chain;
  switch (kind) {
    case 0:
      set(bend::sigmoid, sigmoid_of);
      break;
    case 1:
      set(bend::tangent, [](const digits& x) { return digits(tanh(x)); });
      break;
    case 2:
      set(bend::error, [](const digits& x) { return digits(boost::math::erf(x)); });
      break;
    case 3:
      set(bend::softplus, [](const digits& x) { return digits(log(1 + exp(x))); });
      break;
    case 4:
      set(bend::exponential, [](const digits& x) { return x < 0 ? digits(2 * (exp(x) - 1)) : x; }, {2});
      break;
    case 5:
      set(bend::leaky, [](const digits& x) { return x < 0 ? digits(x / 8) : x; }, {rational(1, 8)});
      break;
    case 6:
      set(bend::leaky, [](const digits& x) { return x < 0 ? digits(-x / 4) : x; }, {rational(-1, 4)});
      break;
    case 7:
      set(bend::absolute, [](const digits& x) { return digits(abs(x)); });
      break;
    case 8:
      set(bend::floor, [](const digits& x) { return digits(floor(x)); });
      break;
    case 9:
      set(bend::softsign, [](const digits& x) { return digits(x / (1 + abs(x))); });
      break;
    case 10:
      set(bend::above, [](const digits& x) { return x > 1 ? x : digits(0); }, {1});
      break;
    case 11:  // x sigmoid(x)
      factor.bend(bend::sigmoid);
      result.chain.join(join_step::kind::product, factor);
      result.function = [=](const digits& n) { return (a * n + b) * sigmoid_of(a * n + b); };
      break;
    default:  // min(x^2, 3 - x)
      factor.multiply({-1});
      factor.add({3});
      result.chain.join(join_step::kind::product, result.chain);
      result.chain.join(join_step::kind::lesser, factor);
      result.function = [=](const digits& n) {
        const digits x = a * n + b, square = x * x, line = 3 - x;
        return square < line ? square : line;
      };
      break;
  }
  return result;
}

}  // namespace

TEST_CASE("the level of every integer is that of the function, in another arithmetic") {
  std::mt19937 random(3);
  int differences = 0;
  for (int i = 0; i < 260; ++i) {
    const int kind = i % 13, steps = 1 + static_cast<int>(random() % 30), zero = static_cast<int>(random() % 5);
    const rational slope = random() % 3 == 0 ? rational(1, 16) : fraction(random) / 400,
                   offset = fraction(random) / 100;
    const rational scale = random() % 3 == 0 ? rational(1, 8) : rational(1 + static_cast<int>(random() % 100), 300);
    if (slope == 0) continue;
    CAPTURE(kind);
    CAPTURE(slope.str());
    CAPTURE(offset.str());
    CAPTURE(scale.str());
    const example of = example_of(kind, slope, offset);
    const bent_draft draft = draft_bent_levels(rule_of_steps(steps, zero, scale), of.chain, {-200, 199}, 1, "node");
    differences += draft.falls.has_value();
    for (int n = -200; n < 200; ++n)
      REQUIRE(level_in(draft, n) == expected_level(of.function(digits(n)), steps, zero, value_of(scale)));
  }
  CHECK(differences > 20);
}

TEST_CASE("a limit that is a boundary is not reached, however many integers there are") {
  value_chain chain(bracket(1), bracket(0));
  chain.bend(bend::sigmoid);
  level_rule rule{0, 1, unsigned_type(1), {}, 1, {}};
  rule.boundary = [](std::int64_t, const big_int&) { return real_boundary{bracket(1), true}; };
  const std::int64_t far = std::int64_t{1} << 40;
  const bent_draft never = draft_bent_levels(rule, chain, {-far, far}, 1, "node");
  CHECK(never.levels.conditions[0].what == integer_condition::kind::never);
  rule.boundary = [](std::int64_t, const big_int&) { return real_boundary{bracket(0), false}; };
  const bent_draft always = draft_bent_levels(rule, chain, {-far, far}, 1, "node");
  CHECK(always.levels.conditions[0].what == integer_condition::kind::always);
}

TEST_CASE("a value that doubles can't tell from a boundary is told from it by more digits") {
  // tanh(n / 2^20) beside the nearest double of tanh(1 / 2^20): one of the two sides, which 50 digits say.
  value_chain chain(bracket(rational(1, 1 << 20)), bracket(0));
  chain.bend(bend::tangent);
  const digits exactly = tanh(ldexp(digits(1), -20));
  const auto near = static_cast<double>(exactly);
  level_rule rule{0, 1, unsigned_type(1), {}, 1, {}};
  rule.boundary = [&](std::int64_t, const big_int&) { return real_boundary{bracket(near), true}; };
  const bent_draft draft = draft_bent_levels(rule, chain, {-100, 100}, 1, "node");
  CHECK(draft.levels.conditions[0].at == (exactly >= digits(near) ? 1 : 2));
}

TEST_CASE("integers of more than 62 bits are refused") {
  value_chain chain(bracket(1), bracket(0));
  chain.bend(bend::sigmoid);
  CHECK_THROWS_WITH_AS(draft_bent_levels(rule_of_steps(3, 0, 1), chain, {0, big_int(1) << 70}, 1, "node"),
                       "node: a function of integers of more than 62 bits stands before it; right: narrower ones",
                       input_error);
}
