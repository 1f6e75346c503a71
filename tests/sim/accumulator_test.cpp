// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/accumulator.h"

#include <doctest/doctest.h>

#include <systemc>

#include "spillway/models/numbers/register_oracle.h"
#include "spillway/models/numbers/storage.h"
#include "spillway/sim/kernel.h"
#include "spillway/sim/event_values.h"
#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// rapidcheck starts with small values and small structures; here every case is to be a full one.
template <class T>
T draw(const rc::Gen<T>& from) {
  return *rc::gen::resize(100, from);
}

/// A number of [low, high].
int between(int low, int high) { return draw(rc::gen::inRange(low, high + 1)); }

/// A processing element on its own: SIMD products on each clock edge, into its accumulator.
template <class Integer>
class processing_element : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clk{"clk"};
  std::vector<dot_event<Integer>> events;

  processing_element(sc_core::sc_module_name name, std::vector<Integer> weights, std::vector<Integer> inputs, int simd,
                     const accumulator_format& format)
      : sc_core::sc_module(name),
        m_weights(std::move(weights)),
        m_inputs(std::move(inputs)),
        m_simd(static_cast<std::size_t>(simd)),
        m_accumulator(format) {
    SC_HAS_PROCESS(processing_element);
    SC_METHOD(on_edge);
    sensitive << clk.pos();
    dont_initialize();
  }

  bool done() const { return m_next == m_weights.size(); }
  const accumulator<Integer>& result() const { return m_accumulator; }

 private:
  void on_edge() {
    if (done()) return;
    const auto keep = [this](const dot_event<Integer>& event) { events.push_back(event); };
    if (m_next == 0) m_accumulator.clear();
    for (std::size_t lane = 0; lane < m_simd; ++lane, ++m_next)
      m_accumulator.add_product(m_weights[m_next] * m_inputs[m_next], keep);
    m_accumulator.end_cycle(keep);
    if (done()) m_accumulator.end(keep);
  }

  std::vector<Integer> m_weights, m_inputs;
  std::size_t m_simd, m_next = 0;
  accumulator<Integer> m_accumulator;
};

template <class Integer>
bool same_event(const dot_event<Integer>& a, const dot_event<big_int>& b) {
  return a.step == b.step && detail::to_big(a.before) == b.before && detail::to_big(a.addend) == b.addend &&
         detail::to_big(a.exact) == b.exact && detail::to_big(a.stored) == b.stored;
}

template <class Integer>
std::vector<Integer> in_order(const integer_tensor& values, const std::vector<std::int64_t>& order) {
  std::vector<Integer> result;
  for (const std::int64_t i : order) result.push_back(load_as<Integer>(values.at(i), values.type));
  return result;
}

template <class Integer>
void check_register(const integer_tensor& weights, const integer_tensor& inputs, const std::vector<std::int64_t>& order,
                    int simd, const accumulator_format& format, const oracle_result& oracle) {
  const std::vector<Integer> w = in_order<Integer>(weights, order), x = in_order<Integer>(inputs, order);
  const simulation_kernel kernel;
  sc_core::sc_signal<bool> clk("clk");
  processing_element<Integer> pe("pe", w, x, simd, format);
  pe.clk(clk);
  for (std::size_t cycle = 0; cycle < w.size() / static_cast<std::size_t>(simd); ++cycle) {
    RC_ASSERT(!pe.done());
    clk.write(true);
    sc_core::sc_start(sc_core::sc_time(5, sc_core::SC_NS));
    clk.write(false);
    sc_core::sc_start(sc_core::sc_time(5, sc_core::SC_NS));
  }
  RC_ASSERT(pe.done());
  RC_ASSERT(detail::to_big(pe.result().stored()) == oracle.stored);
  RC_ASSERT(detail::to_big(pe.result().exact()) == oracle.exact);
  RC_ASSERT(pe.result().persistent() == oracle.persistent);
  RC_ASSERT(pe.result().events() == std::ssize(oracle.events));
  RC_ASSERT(std::ranges::equal(pe.events, oracle.events, same_event<Integer>));

  std::vector<dot_event<Integer>> plain_events;
  const auto plain = accumulate<Integer>(w, x, simd, format, [&](const auto& event) { plain_events.push_back(event); });
  RC_ASSERT(plain.stored == pe.result().stored());
  RC_ASSERT(std::ranges::equal(plain_events, oracle.events, same_event<Integer>));
}

void check_case(int type_bits, int accumulator_bits, std::uint64_t& events) {
  const integer_type weight = draw(any_type(type_bits)), input = draw(any_type(type_bits));
  const int simd = between(1, 4);
  const auto length = static_cast<std::size_t>(simd * between(1, 8));
  const accumulator_format format{
      between(1, between(0, 1) == 0 ? 16 : accumulator_bits),
      draw(rc::gen::element(overflow_mode::wrap, overflow_mode::saturate)),
      draw(rc::gen::element(limit_scope::per_product, limit_scope::per_cycle, limit_scope::final))};
  const std::vector<big_int> w = draw(values_of(weight, length)), x = draw(values_of(input, length));
  const std::vector<std::int64_t> order = draw(any_order(length));
  const oracle_result oracle = oracle_dot_product(w, x, order, simd, format);
  const integer_tensor weights = tensor_of(weight, {std::ssize(w)}, w), inputs = tensor_of(input, {std::ssize(x)}, x);
  visit_storage(exact_sum_bits(weight, input, std::ssize(w), format.bits),
                [&]<class Integer>(std::type_identity<Integer>) {
                  check_register<Integer>(weights, inputs, order, simd, format, oracle);
                });
  events += oracle.events.size();
}

}  // namespace

TEST_CASE("the register in SystemC, the plain loop and the oracle agree on every result and event, in any order") {
  std::uint64_t events = 0;
  int passed = 0;
  passed += passed_cases("narrow types", 6000, [&] { check_case(9, 24, events); });
  passed += passed_cases("types up to 64 bits", 3000, [&] { check_case(64, 140, events); });
  passed += passed_cases("types up to 200 bits", 950, [&] { check_case(200, 600, events); });
  passed += passed_cases("accumulators up to 4,096 bits", 50, [&] { check_case(2000, 4096, events); });
  CHECK(passed >= 10000);
  CHECK(events > 10000);
}

TEST_CASE("an 8-bit register wraps at 128 and not at 127") {
  const auto run = [](std::int64_t first, overflow_mode overflow) {
    accumulator<std::int64_t> reg({8, overflow, limit_scope::per_product});
    reg.clear();
    const auto ignore = [](const auto&) {};
    reg.add_product(first, ignore);
    reg.add_product(1, ignore);
    return std::pair(reg.stored(), reg.events());
  };
  CHECK(run(126, overflow_mode::wrap) == std::pair<std::int64_t, std::int64_t>(127, 0));
  CHECK(run(127, overflow_mode::wrap) == std::pair<std::int64_t, std::int64_t>(-128, 1));
  CHECK(run(126, overflow_mode::saturate) == std::pair<std::int64_t, std::int64_t>(127, 0));
  CHECK(run(127, overflow_mode::saturate) == std::pair<std::int64_t, std::int64_t>(127, 1));
}

TEST_CASE("a cleared register forgets its dot product, and counts steps from 0 again") {
  accumulator<std::int64_t> reg({4, overflow_mode::wrap, limit_scope::per_cycle});
  std::vector<std::int64_t> steps;
  const auto keep = [&](const auto& event) { steps.push_back(event.step); };
  for (int i = 0; i < 2; ++i) {
    reg.clear();
    reg.add_product(7, keep);
    reg.end_cycle(keep);
    reg.add_product(1, keep);
    reg.end_cycle(keep);
  }
  CHECK(steps == std::vector<std::int64_t>{1, 1});
  CHECK(reg.events() == 1);
  CHECK(reg.exact() == 8);
  CHECK(reg.stored() == -8);
}
