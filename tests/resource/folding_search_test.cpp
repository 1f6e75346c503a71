// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/folding_search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "spillway/models/support/error.h"
#include "spillway/tests/explore/networks.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

std::vector<int> divisors(std::int64_t n) {
  std::vector<int> result;
  for (int d = 1; d <= n; ++d)
    if (n % d == 0) result.push_back(d);
  return result;
}

/// A fold that can be chosen: a unit, which of the two, and its values.
struct choice {
  std::string unit;
  bool is_pe;
  std::vector<int> values;
};

/// Every fold of every unit but the converters, as the description gives it.
std::vector<choice> choices_of(const integer_network& net) {
  std::vector<choice> result;
  for (const dataflow_unit& any : lower(net).units) {
    const std::string name = name_of(any);
    if (const auto* u = std::get_if<mvau>(&any)) {
      result.push_back({name, true, divisors(u->mh())});
      result.push_back({name, false, divisors(u->mw())});
    } else if (const auto* v = std::get_if<vvau>(&any)) {
      result.push_back({name, true, divisors(v->channels())});
      result.push_back({name, false, divisors(v->window())});
    } else if (const auto* w = std::get_if<sliding_window>(&any)) {
      result.push_back({name, false, divisors(w->channels)});
    } else if (const auto* p = std::get_if<padding>(&any)) {
      result.push_back({name, false, divisors(p->channels)});
    } else if (const auto* a = std::get_if<add_streams>(&any)) {
      result.push_back({name, true, divisors(a->channels)});
    } else if (const auto* d = std::get_if<duplicate_streams>(&any)) {
      result.push_back({name, true, divisors(d->channels)});
    }
  }
  return result;
}

/// The least cost of all legal foldings that are fast enough, by making every one.
double least_cost(const integer_network& net, const folding_goal& goal) {
  const std::vector<choice> choices = choices_of(net);
  std::vector<std::size_t> at(choices.size());
  double least = std::numeric_limits<double>::infinity();
  while (true) {
    lowering_options options;
    for (std::size_t c = 0; c < choices.size(); ++c) {
      unit_options& unit = options.units[choices[c].unit];
      (choices[c].is_pe ? unit.pe : unit.simd) = choices[c].values[at[c]];
    }
    try {
      const dataflow flow = lower(net, options);
      const bool fast = std::all_of(flow.units.begin(), flow.units.end(), [&](const dataflow_unit& unit) {
        return std::holds_alternative<width_converter>(unit) || cycles_per_frame(unit) <= goal.cycles_per_frame;
      });
      if (fast) least = std::min(least, folding_cost(flow, goal));
    } catch (const config_error&) {  // a depthwise window whose SIMD is not the PE behind it
    }
    std::size_t c = 0;
    while (c < choices.size() && ++at[c] == choices[c].values.size()) at[c++] = 0;
    if (c == choices.size()) return least;
  }
}

void check_search(const integer_network& net, std::int64_t cycles) {
  folding_goal goal;
  goal.cycles_per_frame = cycles;
  CAPTURE(net.name);
  CAPTURE(cycles);
  const double least = least_cost(net, goal);
  if (least == std::numeric_limits<double>::infinity()) {
    CHECK_THROWS_AS(search_folding(net, goal), config_error);
    return;
  }
  const folding_result found = search_folding(net, goal);
  CHECK(found.cost == doctest::Approx(least).epsilon(1e-12));
  const dataflow flow = lower(net, found.options);
  CHECK(folding_cost(flow, goal) == doctest::Approx(found.cost).epsilon(1e-12));
  std::int64_t slowest = 0;
  for (const dataflow_unit& unit : flow.units)
    if (!std::holds_alternative<width_converter>(unit)) slowest = std::max(slowest, cycles_per_frame(unit));
  CHECK(slowest == found.cycles_per_frame);
  CHECK(slowest <= cycles);
}

}  // namespace

TEST_CASE("the folding that is found costs as little as the best of all foldings") {
  SUBCASE("a chain of matrices") {
    network_builder build({1, 1, 12});
    const integer_network net = build.finish(build.matrix(build.matrix(build.matrix(0, 6), 4), 3));
    for (const std::int64_t cycles : {1, 2, 5, 9, 20, 36, 72, 1000}) check_search(net, cycles);
  }
  SUBCASE("a convolution") {
    network_builder build({5, 5, 2});
    const integer_network net = build.finish(build.matrix(build.window(build.padding(0, 1), 3), 4));
    for (const std::int64_t cycles : {100, 250, 450, 2000}) check_search(net, cycles);
  }
  SUBCASE("a depthwise convolution and what follows it") {
    network_builder build({4, 4, 4});
    const integer_network net = build.finish(build.matrix(build.depthwise(build.window(0, 3), 9), 2));
    for (const std::int64_t cycles : {9, 36, 100, 144}) check_search(net, cycles);
  }
  SUBCASE("a residual branch") {
    const integer_network net = residual_network(3, 2, 1);
    for (const std::int64_t cycles : {9, 18, 36}) check_search(net, cycles);
  }
}

TEST_CASE("what is fixed stays, and a goal that can't be met names the unit and what it needs at least") {
  network_builder build({1, 1, 12});
  const integer_network net = build.finish(build.matrix(build.matrix(0, 6), 4));
  folding_goal goal;
  goal.cycles_per_frame = 36;
  lowering_options base;
  base.units["MVAU_0"].pe = 6;
  const folding_result found = search_folding(net, goal, base);
  CHECK(found.options.units.at("MVAU_0").pe == 6);
  goal.cycles_per_frame = 5;
  base.units["MVAU_1"].pe = 1;
  base.units["MVAU_1"].simd = 1;
  std::string message;
  try {
    search_folding(net, goal, base);
  } catch (const config_error& e) {
    message = e.what();
  }
  CHECK(message == "MVAU_1 needs 24 cycles a frame at least; 5 can't be met");
  goal.cycles_per_frame = 0;
  CHECK_THROWS_AS(search_folding(net, goal), config_error);
}
