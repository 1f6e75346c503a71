// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "number_generators.h"
#include "property.h"
#include "spillway/models/numbers/dot_products.h"
#include "spillway/models/numbers/register_oracle.h"
#include "spillway/models/numbers/storage.h"

// The plain loop in every storage against the cpp_int oracle: outputs, exact sums and every field of every event.

using namespace spillway;
using namespace spillway::testing;

namespace {

/// One dot product, with everything that decides what its accumulator does.
struct dot_case {
  integer_type weight_type, input_type;
  int simd = 1;
  accumulator_format format;
  std::vector<std::int64_t> order;
  std::vector<big_int> weights, inputs;
};

/// What the cases covered, so that the test can see that it looked everywhere.
struct coverage {
  std::map<std::string, int> scopes, modes, storages;
  int quiet = 0, transient = 0, persistent = 0, wide_registers = 0;
};

/// P near what the operands' types need, near what this very sum needs (there overflows are transient), or anything.
accumulator_format any_format(int type_bits, int sum_bits, int max_bits) {
  const auto near = [=](int bits) {
    return rc::gen::map(rc::gen::inRange(-4, 4), [=](int d) { return std::clamp(bits + d, 1, max_bits); });
  };
  accumulator_format format;
  format.bits = *rc::gen::oneOf(near(type_bits), near(sum_bits), rc::gen::just(std::min(sum_bits, max_bits)),
                                rc::gen::inRange(1, max_bits + 1));
  format.overflow = *rc::gen::element(overflow_mode::wrap, overflow_mode::saturate);
  format.scope = *rc::gen::element(limit_scope::per_product, limit_scope::per_cycle, limit_scope::final);
  return format;
}

/// Takes back in the second half of the dot product what the first half has added: sums that end small after large
/// partial sums, so that overflows are transient.
void make_balanced(dot_case& c) {
  const std::size_t half = c.weights.size() / 2;
  for (std::size_t k = 0; k < half; ++k) {
    c.weights[half + k] = std::clamp(big_int(-c.weights[k]), min_value(c.weight_type), max_value(c.weight_type));
    if (c.weight_type.is_bipolar) c.weights[half + k] = -c.weights[k];
    c.inputs[half + k] = c.inputs[k];
  }
}

dot_case any_case(int max_operand_bits, int max_accumulator_bits) {
  dot_case c;
  c.weight_type = *any_type(max_operand_bits);
  c.input_type = *any_type(max_operand_bits);
  c.simd = *rc::gen::inRange(1, 7);
  const auto length = static_cast<std::size_t>(c.simd * *rc::gen::inRange(1, 7));
  c.weights = *values_of(c.weight_type, length);
  c.inputs = *values_of(c.input_type, length);
  c.order = *any_order(length);
  if (*rc::gen::element(false, false, true)) make_balanced(c);
  const int type_bits = exact_sum_bits(c.weight_type, c.input_type, static_cast<std::int64_t>(length), 1);
  big_int sum = 0;
  for (std::size_t k = 0; k < length; ++k) sum += c.weights[k] * c.inputs[k];
  c.format = any_format(type_bits, bits_for(sum, sum, true), max_accumulator_bits);
  return c;
}

template <class Integer>
big_int widened(const Integer& value) {
  if constexpr (std::is_same_v<Integer, std::int64_t> || std::is_same_v<Integer, big_int>) {
    return value;
  } else {
    std::array<std::int64_t, Integer::bits / 64> words;
    value.to_words(words);
    return load(words, signed_type(Integer::bits));
  }
}

/// The values in the case's order, through their words into the storage.
template <class Integer>
std::vector<Integer> stored_as(const std::vector<big_int>& values, integer_type type,
                               const std::vector<std::int64_t>& order) {
  const integer_tensor tensor = tensor_of(type, {static_cast<std::int64_t>(values.size())}, values);
  std::vector<Integer> result;
  for (const std::int64_t k : order) result.push_back(load_as<Integer>(tensor.at(k), type));
  return result;
}

template <class Integer>
void equals_oracle(const dot_case& c, const oracle_result& expected) {
  const auto weights = stored_as<Integer>(c.weights, c.weight_type, c.order);
  const auto inputs = stored_as<Integer>(c.inputs, c.input_type, c.order);
  std::vector<dot_event<Integer>> events;
  const auto result = accumulate<Integer>(weights, inputs, c.simd, c.format,
                                          [&](const dot_event<Integer>& event) { events.push_back(event); });
  RC_ASSERT(widened(result.stored) == expected.stored);
  RC_ASSERT(widened(result.exact) == expected.exact);
  RC_ASSERT(result.events == static_cast<std::int64_t>(expected.events.size()));
  RC_ASSERT(events.size() == expected.events.size());
  RC_ASSERT(result.persistent(c.format.bits, c.format.overflow) == expected.persistent);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& want = expected.events[i];
    RC_ASSERT(events[i].step == want.step);
    RC_ASSERT(widened(events[i].before) == want.before);
    RC_ASSERT(widened(events[i].addend) == want.addend);
    RC_ASSERT(widened(events[i].exact) == want.exact);
    RC_ASSERT(widened(events[i].stored) == want.stored);
  }
}

void note(coverage& seen, const dot_case& c, const oracle_result& result, int exact_bits) {
  ++seen.scopes[std::string(to_string(c.format.scope))];
  ++seen.modes[std::string(to_string(c.format.overflow))];
  ++(result.events.empty() ? seen.quiet : result.persistent ? seen.persistent : seen.transient);
  seen.wide_registers += c.format.bits > 512;
  visit_storage(exact_bits, [&](auto storage) {
    using integer = typename decltype(storage)::type;
    if constexpr (std::is_same_v<integer, std::int64_t>)
      ++seen.storages["int64"];
    else if constexpr (std::is_same_v<integer, big_int>)
      ++seen.storages["cpp_int"];
    else
      ++seen.storages[std::to_string(integer::bits / 64) + " limbs"];
  });
}

/// The case in every storage with room for it.
void agrees_everywhere(const dot_case& c, coverage& seen) {
  const auto length = static_cast<std::int64_t>(c.weights.size());
  const int exact_bits = exact_sum_bits(c.weight_type, c.input_type, length, c.format.bits);
  const oracle_result expected = oracle_dot_product(c.weights, c.inputs, c.order, c.simd, c.format);
  if (exact_bits <= 63) equals_oracle<std::int64_t>(c, expected);
  if (exact_bits <= 127) equals_oracle<limb_int<2>>(c, expected);
  if (exact_bits <= 255) equals_oracle<limb_int<4>>(c, expected);
  if (exact_bits <= 511) equals_oracle<limb_int<8>>(c, expected);
  equals_oracle<big_int>(c, expected);
  note(seen, c, expected, exact_bits);
}

}  // namespace

TEST_CASE("the plain loop in every storage equals the oracle in at least 10,000 random dot products") {
  coverage seen;
  const int passed =
      passed_cases("operands to 200 bits, P to 600", 30'000, [&] { agrees_everywhere(any_case(200, 600), seen); });
  CHECK(passed == 30'000);
  const int wide = passed_cases("operands to 4096 bits, P to 4096", 1'000, [&] {
    dot_case c = any_case(4096, 4096);
    if (*rc::gen::inRange(0, 3) == 0) c.format.bits = 4096;
    agrees_everywhere(c, seen);
  });
  CHECK(wide == 1'000);
  CHECK(passed + wide >= 10'000);

  // It looked everywhere: each scope, mode and storage, with no, transient and persistent overflows.
  CHECK(seen.scopes.size() == 3);
  CHECK(seen.modes.size() == 2);
  CHECK(seen.storages.size() == 5);
  for (const auto* counts : {&seen.scopes, &seen.modes, &seen.storages})
    for (const auto& [name, count] : *counts) {
      CAPTURE(name);
      CHECK(count > 500);
    }
  CHECK(seen.quiet > 1000);
  CHECK(seen.transient > 300);
  CHECK(seen.persistent > 1000);
  CHECK(seen.wide_registers > 100);
}

TEST_CASE("wrapping is a ring homomorphism: the end depends on neither order nor scope, only the events do") {
  bool counts_differ = false;
  CHECK(property_holds("wrap ends as the finished sum wraps", 1000, [&] {
    dot_case c = any_case(40, 100);
    c.format.overflow = overflow_mode::wrap;
    std::optional<std::size_t> first_count;
    for (const auto scope : {limit_scope::per_product, limit_scope::per_cycle, limit_scope::final}) {
      c.format.scope = scope;
      c.order = *any_order(c.weights.size());
      const oracle_result result = oracle_dot_product(c.weights, c.inputs, c.order, c.simd, c.format);
      RC_ASSERT(result.stored == fit(result.exact, c.format.bits, overflow_mode::wrap).stored);
      counts_differ |= first_count.value_or(result.events.size()) != result.events.size();
      first_count = result.events.size();
    }
  }));
  CHECK(counts_differ);
}

TEST_CASE("saturation depends on the order of the additions") {
  // 7 + 5 saturates at 7 before the -5 comes; the other way round nothing is lost.
  const std::vector<big_int> weights = {7, 5, -5}, inputs = {1, 1, 1};
  const accumulator_format format{4, overflow_mode::saturate, limit_scope::per_product};
  CHECK(oracle_dot_product(weights, inputs, {}, 1, format).stored == 2);
  const std::vector<std::int64_t> other = {0, 2, 1};
  CHECK(oracle_dot_product(weights, inputs, other, 1, format).stored == 7);
  CHECK(oracle_dot_product(weights, inputs, other, 1, format).events.empty());
}

TEST_CASE("the three scopes look at the register after each product, each cycle, or once") {
  const std::vector<big_int> weights = {100, 100, -100, -100}, inputs = {1, 1, 1, 1};
  const auto events = [&](limit_scope scope) {
    return oracle_dot_product(weights, inputs, {}, 2, {8, overflow_mode::saturate, scope}).events;
  };
  // 100, 200 -> 127, 27, -73: one event, at the second product.
  REQUIRE(events(limit_scope::per_product).size() == 1);
  CHECK(events(limit_scope::per_product)[0].step == 1);
  CHECK(events(limit_scope::per_product)[0].before == 100);
  CHECK(events(limit_scope::per_product)[0].exact == 200);
  CHECK(events(limit_scope::per_product)[0].stored == 127);
  // 200 -> 127, -73: one event, in cycle 0.
  REQUIRE(events(limit_scope::per_cycle).size() == 1);
  CHECK(events(limit_scope::per_cycle)[0].step == 0);
  CHECK(events(limit_scope::per_cycle)[0].addend == 200);
  CHECK(events(limit_scope::final).empty());
}

TEST_CASE("a register of one bit holds -1 and 0") {
  const std::vector<big_int> weights = {1}, inputs = {1};
  const auto wrap = oracle_dot_product(weights, inputs, {}, 1, {1, overflow_mode::wrap, limit_scope::final});
  CHECK(wrap.stored == -1);
  CHECK(wrap.persistent);
  const auto saturate = oracle_dot_product(weights, inputs, {}, 1, {1, overflow_mode::saturate, limit_scope::final});
  CHECK(saturate.stored == 0);
}

TEST_CASE("dot products side by side are those of one after the other") {
  std::mt19937 random(11);
  for (const limit_scope scope : {limit_scope::per_product, limit_scope::per_cycle, limit_scope::final})
    for (const overflow_mode mode : {overflow_mode::wrap, overflow_mode::saturate})
      for (int bits = 5; bits < 12; ++bits) {
        constexpr std::size_t length = 12;
        std::array<std::array<std::int64_t, length>, 4> w{}, x{};
        std::array<const std::int64_t*, 4> weights{}, inputs{};
        for (std::size_t i = 0; i < 4; ++i) {
          for (std::int64_t& value : w[i]) value = static_cast<std::int64_t>(random() % 16) - 8;
          for (std::int64_t& value : x[i]) value = static_cast<std::int64_t>(random() % 16) - 8;
          weights[i] = w[i].data();
          inputs[i] = x[i].data();
        }
        const accumulator_format format{bits, mode, scope};
        for (const int simd : {1, 3}) {
          const auto found = accumulate_side_by_side(weights, inputs, length, simd, format);
          for (std::size_t i = 0; i < 4; ++i) {
            const auto expected = accumulate<std::int64_t>(w[i], x[i], simd, format, [](const auto&) {});
            CHECK(found[i].stored == expected.stored);
            CHECK(found[i].exact == expected.exact);
            CHECK(found[i].events == expected.events);
          }
        }
      }
}
