// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/design_search.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <set>

#include "spillway/models/support/error.h"
#include "spillway/tests/explore/networks.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// Something that can be chosen of a unit, and the values that it may take.
struct varied_unit {
  std::string unit;
  std::vector<std::function<void(unit_options&)>> values;
};

template <class Set>
varied_unit folds(const std::string& unit, std::int64_t of, Set set) {
  varied_unit made{unit, {}};
  for (int d = 1; d <= of; ++d)
    if (of % d == 0) made.values.push_back([set, d](unit_options& options) { set(options) = d; });
  return made;
}

/// Every fold of every unit but the converters, as the description gives it.
std::vector<varied_unit> folds_of(const dataflow& flow) {
  const auto pe = [](unit_options& options) -> std::optional<int>& { return options.pe; };
  const auto simd = [](unit_options& options) -> std::optional<int>& { return options.simd; };
  std::vector<varied_unit> result;
  for (const dataflow_unit& any : flow.units) {
    if (std::holds_alternative<width_converter>(any)) continue;
    const fold_sizes sizes = folded_sizes_of(any);
    if (pe_of(any)) result.push_back(folds(name_of(any), sizes.pe.of, pe));
    if (simd_of(any)) result.push_back(folds(name_of(any), sizes.simd.of, simd));
  }
  return result;
}

/// What a folding alone is searched for: everything else stays as it is by itself.
lowering_options folds_only() {
  lowering_options options;
  options.defaults.memory = memory_style::distributed;
  options.defaults.multipliers = multiplier_style::lut;
  options.defaults.constant_weights = false;
  options.defaults.parallel_window = false;
  return options;
}

std::int64_t slowest(const dataflow& flow, hardware kind) {
  std::int64_t cycles = 0;
  for (const dataflow_unit& unit : flow.units)
    if (!std::holds_alternative<width_converter>(unit)) cycles = std::max(cycles, cycles_per_frame(unit, kind));
  return cycles;
}

/// A design, made as `estimate` sees it; nothing where it is not legal.
struct made_design {
  resource_amounts amounts;
  std::int64_t cycles = 0;
};
std::optional<made_design> make(const integer_network& net, const lowering_options& options, const price_list& prices) {
  try {
    const dataflow flow = lower(net, options);
    return made_design{amounts_of(price(flow, prices)), slowest(flow, prices.kind)};
  } catch (const config_error&) {  // a depthwise window whose SIMD is not the PE behind it
    return {};
  }
}

/// Every design, by making each one.
std::vector<made_design> all_designs(const integer_network& net, const std::vector<varied_unit>& choices,
                                     const lowering_options& base, const price_list& prices) {
  std::vector<made_design> result;
  std::vector<std::size_t> at(choices.size());
  while (true) {
    lowering_options options = base;
    for (std::size_t c = 0; c < choices.size(); ++c) choices[c].values[at[c]](options.units[choices[c].unit]);
    if (const auto design = make(net, options, prices)) result.push_back(*design);
    std::size_t c = 0;
    while (c < choices.size() && ++at[c] == choices[c].values.size()) at[c++] = 0;
    if (c == choices.size()) return result;
  }
}

double least_shares(const std::vector<made_design>& designs, const design_goal& goal) {
  double least = std::numeric_limits<double>::infinity();
  for (const made_design& design : designs)
    if (design.cycles <= goal.cycles_per_frame.value() && goal.budgets.allow(design.amounts))
      least = std::min(least, shares_of(design.amounts, *goal.prices.device));
  return least;
}

/// Coordinate descent through the price of whole designs: one fold of one unit at a time, as long as that helps.
double descend(const integer_network& net, lowering_options options, const design_goal& goal) {
  const auto cost_of = [&](const lowering_options& of) {
    const auto design = make(net, of, goal.prices);
    return design && design->cycles <= goal.cycles_per_frame.value() ? shares_of(design->amounts, *goal.prices.device)
                                                                     : std::numeric_limits<double>::infinity();
  };
  const std::vector<varied_unit> choices = folds_of(lower(net, options));
  double least = cost_of(options);
  for (bool helps = true; helps;) {
    helps = false;
    for (const varied_unit& one : choices)
      for (const auto& set : one.values) {
        lowering_options trial = options;
        set(trial.units[one.unit]);
        if (const double cost = cost_of(trial); cost < least - 1e-12) {
          least = cost;
          options = trial;
          helps = true;
        }
      }
  }
  return least;
}

design_goal goal_of(std::int64_t cycles) {
  design_goal goal;
  goal.cycles_per_frame = cycles;
  goal.indifference = 0;
  return goal;
}

void check_result(const integer_network& net, const found_design& found, const design_goal& goal) {
  const dataflow flow = lower(net, found.options);
  const network_cost cost = price(flow, goal.prices);
  CHECK(cost.luts == found.cost.luts);
  CHECK(amounts_of(cost) == amounts_of(found.cost));
  CHECK(shares_of(amounts_of(cost), *goal.prices.device) == found.shares);
  CHECK(slowest(flow, goal.prices.kind) == found.cycles_per_frame);
  CHECK(goal.budgets.allow(amounts_of(cost)));
  if (goal.cycles_per_frame) CHECK(found.cycles_per_frame <= *goal.cycles_per_frame);
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const config_error& e) {
    return e.what();
  }
  return "";
}

/// Some matrices in a row, of sizes with many divisors.
integer_network a_chain() {
  network_builder build({1, 1, 12});
  return build.finish(build.matrix(build.matrix(build.matrix(0, 6), 4), 3));
}

integer_network a_convolution() {
  network_builder build({5, 5, 2});
  return build.finish(build.matrix(build.window(build.padding(0, 1), 3), 4));
}

integer_network a_depthwise_convolution() {
  network_builder build({4, 4, 4});
  return build.finish(build.matrix(build.depthwise(build.window(0, 3), 9), 2));
}

}  // namespace

TEST_CASE("the folding that is found takes as little as the best of all foldings, in each hardware") {
  for (const hardware kind : {hardware::spillway, hardware::finn_rtl, hardware::finn_formula})
    for (const auto& net : {a_chain(), a_convolution(), a_depthwise_convolution(), residual_network(3, 2, 1)}) {
      CAPTURE(net.name);
      CAPTURE(to_string(kind));
      design_goal goal = goal_of(1);
      goal.prices.kind = kind;
      const lowering_options base = folds_only();
      const std::vector<made_design> all = all_designs(net, folds_of(lower(net, base)), base, goal.prices);
      std::set<std::int64_t> paces;
      for (const made_design& design : all) paces.insert(design.cycles);
      for (const std::int64_t cycles : paces) {
        CAPTURE(cycles);
        goal.cycles_per_frame = cycles;
        const found_design found = search_design(net, goal, base);
        check_result(net, found, goal);
        CHECK(found.shares == doctest::Approx(least_shares(all, goal)).epsilon(1e-12));
      }
      goal.cycles_per_frame = *paces.begin() - 1;
      CHECK_THROWS_AS(search_design(net, goal, base), config_error);
    }
}

TEST_CASE("memories, multipliers and windows are chosen as the best of all are") {
  network_builder build({4, 4, 2}, 8);
  const integer_network net = build.finish(build.matrix(build.window(0, 3), 8));
  design_goal goal = goal_of(1);
  goal.prices.device = &find_device("zcu104");
  std::vector<varied_unit> choices = folds_of(lower(net));
  varied_unit memories{"MVAU_0", {}}, multipliers{"MVAU_0", {}}, windows{"ConvolutionInputGenerator_0", {}};
  for (const memory_style style : {memory_style::distributed, memory_style::block, memory_style::constant})
    memories.values.emplace_back([style](unit_options& options) {
      options.constant_weights = style == memory_style::constant;
      if (style != memory_style::constant) options.memory = style;
    });
  for (const multiplier_style style : {multiplier_style::lut, multiplier_style::dsp})
    multipliers.values.emplace_back([style](unit_options& options) {
      if (!options.constant_weights.value_or(false)) options.multipliers = style;
    });
  for (const bool parallel : {false, true})
    windows.values.emplace_back([parallel](unit_options& options) { options.parallel_window = parallel; });
  for (const varied_unit& one : {memories, multipliers, windows}) choices.push_back(one);
  const std::vector<made_design> all = all_designs(net, choices, {}, goal.prices);
  std::set<std::string> styles;
  for (const std::int64_t cycles : {16, 36, 72, 144, 400}) {
    CAPTURE(cycles);
    goal.cycles_per_frame = cycles;
    const found_design found = search_design(net, goal);
    check_result(net, found, goal);
    CHECK(found.shares <= least_shares(all, goal) * (1 + 1e-12));
    if (found.options.units.at("MVAU_0").constant_weights.value()) styles.insert("constant");
    if (found.options.units.at("ConvolutionInputGenerator_0").parallel_window.value()) styles.insert("parallel");
  }
  CHECK(styles.contains("parallel"));  // 16 cycles for 4 windows of 9 pixels
}

TEST_CASE("no coordinate descent through the price finds less") {
  for (const auto& net : {a_depthwise_convolution(), residual_network(6, 4, 3), residual_network(8, 6, 1)})
    for (const std::int64_t cycles : {40, 100, 300, 1000}) {
      CAPTURE(cycles);
      design_goal goal = goal_of(cycles);
      if (message_of([&] { search_design(net, goal); }) != "") continue;
      const found_design found = search_design(net, goal);
      CHECK(found.shares <= descend(net, {}, goal) * (1 + 1e-12));
      CHECK(found.shares <= descend(net, found.options, goal) * (1 + 1e-12));
      goal.indifference = 0.005;
      const found_design simple = search_design(net, goal);
      CHECK(simple.shares <= found.shares * 1.005);
      CHECK(simple.shares >= found.shares * (1 - 1e-12));
    }
}

TEST_CASE("of designs that hardly differ the simplest is taken") {
  network_builder build({1, 1, 96});
  const integer_network net = build.finish(build.matrix(build.matrix(0, 48), 24));
  const auto odd_folds = [&](double indifference) {
    design_goal goal = goal_of(200);
    goal.indifference = indifference;
    int odd = 0;
    for (const auto& [unit, options] : search_design(net, goal, folds_only()).options.units)
      for (const int fold : {options.pe.value_or(1), options.simd.value_or(1)}) odd += (fold & (fold - 1)) != 0;
    return odd;
  };
  CHECK(odd_folds(0) > 0);  // 48 * 96 / 200 = 23.04 products a cycle: 24 of them
  CHECK(odd_folds(0.5) == 0);
}

TEST_CASE("budgets are kept, and the best within them is found") {
  network_builder build({1, 1, 32}, 4);
  const integer_network net = build.finish(build.matrix(build.matrix(0, 16), 8));
  design_goal goal = goal_of(128);
  lowering_options base = folds_only();
  base.defaults.memory.reset();
  std::vector<varied_unit> choices = folds_of(lower(net, base));
  for (const char* unit : {"MVAU_0", "MVAU_1"}) {
    varied_unit memories{unit, {}};
    for (const memory_style style : {memory_style::distributed, memory_style::block})
      memories.values.emplace_back([style](unit_options& options) { options.memory = style; });
    choices.push_back(memories);
  }
  const std::vector<made_design> all = all_designs(net, choices, base, goal.prices);
  const found_design free = search_design(net, goal, base);
  int binding = 0;
  for (std::size_t kind = 0; kind < resource_kinds; ++kind) {
    CAPTURE(resource_names[kind]);
    double least = std::numeric_limits<double>::infinity();
    for (const made_design& design : all)
      if (design.cycles <= 128) least = std::min(least, design.amounts.of[kind]);
    const double taken = amounts_of(free.cost).of[kind];
    for (const double budget : {least, (least + taken) / 2, taken}) {
      CAPTURE(budget);
      goal.budgets = {};
      goal.budgets.of[kind] = budget;
      binding += budget < taken;
      const found_design found = search_design(net, goal, base);
      check_result(net, found, goal);
      CHECK(found.shares <= least_shares(all, goal) * 1.02);
    }
    if (least == 0) continue;
    goal.budgets.of[kind] = least - 1;
    const std::string message = message_of([&] { search_design(net, goal, base); });
    CHECK(message.starts_with(
        fmt::format("no design with 128 cycles a frame was found within the budgets: {} ", resource_names[kind])));
  }
  CHECK(binding > 0);
}

TEST_CASE("without cycles the highest rate within the budgets is found") {
  for (const auto& net : {a_chain(), a_convolution(), residual_network(3, 2, 1)}) {
    design_goal goal;
    goal.indifference = 0;
    const lowering_options base = folds_only();
    const std::vector<made_design> all = all_designs(net, folds_of(lower(net, base)), base, goal.prices);
    for (const double luts : {300.0, 500.0, 1000.0, 5000.0}) {
      CAPTURE(luts);
      goal.budgets.of[0] = luts;
      std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
      for (const made_design& design : all)
        if (goal.budgets.allow(design.amounts)) fewest = std::min(fewest, design.cycles);
      if (fewest == std::numeric_limits<std::int64_t>::max()) {
        CHECK(message_of([&] {
                search_design(net, goal, base);
              }).starts_with("no design was found within the budgets: LUT "));
        continue;
      }
      const found_design found = search_design(net, goal, base);
      check_result(net, found, goal);
      CHECK(found.cycles_per_frame == fewest);
    }
  }
}

TEST_CASE("streams for the full rate are part of the price and of the budgets") {
  network_builder build({1, 1, 64});
  const integer_network net = build.finish(build.matrix(build.matrix(build.matrix(0, 64), 64), 10));
  design_goal goal = goal_of(256);
  const found_design shallow = search_design(net, goal);
  CHECK(shallow.rate.cycles_per_frame > static_cast<double>(shallow.cycles_per_frame));
  goal.full_rate = true;
  const found_design deep = search_design(net, goal);
  check_result(net, deep, goal);
  CHECK(deep.rate.cycles_per_frame == static_cast<double>(deep.cycles_per_frame));
  CHECK(deep.rate.is_steady);
  const auto is_deep = [](const dataflow_stream& stream) { return stream.depth > 2; };
  CHECK(std::none_of(shallow.flow.streams.begin(), shallow.flow.streams.end(), is_deep));
  CHECK(std::any_of(deep.flow.streams.begin(), deep.flow.streams.end(), is_deep));
  goal.budgets.of[0] = deep.cost.luts - 1;
  const std::string message = message_of([&] { check_result(net, search_design(net, goal), goal); });
  CHECK((message.empty() || message.find("within the budgets") != std::string::npos));
}

TEST_CASE("what is fixed stays, and a goal that can't be met names the unit and what it needs at least") {
  network_builder build({1, 1, 12});
  const integer_network net = build.finish(build.matrix(build.matrix(0, 6), 4));
  design_goal goal = goal_of(36);
  lowering_options base;
  base.units["MVAU_0"].pe = 6;
  base.units["MVAU_0"].memory = memory_style::block;
  const found_design found = search_design(net, goal, base);
  CHECK(found.options.units.at("MVAU_0").pe == 6);
  CHECK(found.options.units.at("MVAU_0").memory == memory_style::block);
  goal.cycles_per_frame = 5;
  base.units["MVAU_1"].pe = 1;
  base.units["MVAU_1"].simd = 1;
  CHECK(message_of([&] { search_design(net, goal, base); }) ==
        "MVAU_1 needs 24 cycles a frame at least; 5 can't be met");
  goal.cycles_per_frame = 0;
  CHECK_THROWS_AS(search_design(net, goal), config_error);
}

TEST_CASE("two searches find one design") {
  const integer_network net = residual_network(6, 4, 3);
  design_goal goal = goal_of(200);
  goal.budgets = whole_device(default_device());
  const auto written = [&] {
    std::string text;
    for (const auto& [unit, options] : search_design(net, goal).options.units)
      text +=
          unit + " " + std::to_string(options.pe.value_or(0)) + " " + std::to_string(options.simd.value_or(0)) + "\n";
    return text;
  };
  CHECK(written() == written());
}
