// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "spillway/calibration/point_lists.h"
#include "spillway/models/numbers/integer_type.h"

namespace spillway {

using json = nlohmann::ordered_json;

namespace {

void multipliers() {
  for (int a = 1; a <= 8; ++a)
    for (int b = 1; b <= 8; ++b)
      for (const int is_signed : {0, 1})
        print_component("spillway_multiplier",
                        {{"A_BITS", a}, {"A_SIGNED", is_signed}, {"B_BITS", b}, {"B_SIGNED", 1}, {"P_BITS", a + b}},
                        {{"a", a}, {"b", b}}, {{"p", a + b}});
}

/// Bits of the sum of `lanes` in [low, high].
int width_of(int lanes, int low, int high, int cap) {
  return std::min(cap, bits_for(std::int64_t{low} * lanes, std::int64_t{high} * lanes, low < 0));
}

void adder_tree(int lanes, int group, int low, int high, int cap) {
  const int leaf = width_of(group, low, high, cap), sum = width_of(lanes, low, high, cap);
  print_component("spillway_adder_tree",
                  {{"LANES", lanes},
                   {"GROUP", group},
                   {"LANE_MIN", low},
                   {"LANE_MAX", high},
                   {"LEAF_BITS", leaf},
                   {"CAP", cap},
                   {"STAGES", 1 + bits_for(0, lanes - 1, false)},
                   {"BITS", sum}},
                  {{"clk", 1}, {"enable", 1}, {"leaves", (lanes + group - 1) / group * leaf}}, {{"sum", sum}});
}

void adder_trees() {
  for (const int lanes : {2, 3, 4, 5, 7, 8, 9, 16, 25, 32, 64})
    for (const int bits : {2, 3, 6, 9, 16}) adder_tree(lanes, 1, -(1 << (bits - 1)), (1 << (bits - 1)) - 1, 62);
  // Sums without a sign, sums that wrap, and leaves that are tables of a few narrow lanes.
  for (const int lanes : {6, 7, 9, 10, 11, 13, 14, 17, 18, 20, 21, 24, 28, 31, 33}) {
    adder_tree(lanes, 1, 0, 49, 62);
    adder_tree(lanes, 1, -120, 105, 9);
    adder_tree(lanes, 2, -3, 3, 62);
    adder_tree(lanes, 3, 0, 1, 62);
    adder_tree(lanes, 3, -1, 1, 62);
  }
}

void negations() {
  for (int bits = 4; bits <= 10; ++bits)
    for (const int is_signed : {0, 1})
      for (const int out : {bits - 1, bits + 1})
        print_component("spillway_negation", {{"BITS", bits}, {"SIGNED", is_signed}, {"OUT_BITS", out}},
                        {{"negate", 1}, {"in", bits}}, {{"out", out}});
}

void accumulators() {
  for (const int saturate : {0, 1})
    for (const int is_signed : {0, 1})
      for (const int bits : {2, 3, 8, 13, 16, 24, 32, 40})
        for (const int sum : {2, 7, 12, 20})
          if (saturate == 0 || sum < bits)
            print_component("spillway_accumulator",
                            {{"BITS", bits}, {"SATURATE", saturate}, {"SUM_BITS", sum}, {"SUM_SIGNED", is_signed}},
                            {{"clk", 1}, {"enable", 1}, {"first", 1}, {"sum", sum}}, {{"value", bits}});
}

void thresholds() {
  for (const int output : {1, 2, 3, 4})
    for (const int bits : {8, 9, 11, 12, 14, 16, 19, 20, 24, 27, 32, 40}) {
      const int steps = (1 << output) - 1;
      print_component(
          "spillway_thresholds",
          {{"STEPS", steps}, {"X_BITS", bits}, {"X_SIGNED", 1}, {"T_BITS", bits}, {"Y_BITS", output}, {"OFFSET", 0}},
          {{"x", bits}, {"thresholds", steps * bits}}, {{"y", output}});
    }
}

void replay_buffers_and_counters() {
  for (const int bits : {1, 2, 5, 6, 7, 12, 18, 32, 64})
    for (const int depth : {1, 2, 3, 8, 16, 31, 32, 33, 49, 64, 65, 128, 196, 256})
      print_component("spillway_replay_buffer", {{"BITS", bits}, {"DEPTH", depth}},
                      {{"clk", 1},
                       {"loading", 1},
                       {"write", 1},
                       {"address", std::max(1, bits_for(0, depth - 1, false))},
                       {"in", bits}},
                      {{"out", bits}});
  for (const int count : {2, 3, 4, 5, 7, 8, 9, 12, 16, 24, 31, 32, 49, 64, 100, 128, 196, 256, 1000, 1024}) {
    const int bits = bits_for(0, count - 1, false);
    print_component("spillway_counter", {{"COUNT", count}}, {{"clk", 1}, {"rst", 1}, {"enable", 1}},
                    {{"next_value", bits}, {"value", bits}, {"is_last", 1}});
    for (const bool has_last : {false, true}) {
      json outputs{{"value", bits}};
      if (has_last) outputs["is_last"] = 1;
      print_point({{"name", fmt::format("counter_{}_{}", has_last ? "last" : "value", count)},
                   {"stratum", "grid"},
                   {"component", "spillway_counter"},
                   {"parameters", {{"COUNT", count}}},
                   {"inputs", {{"clk", 1}, {"rst", 1}, {"enable", 1}}},
                   {"outputs", outputs}});
    }
  }
}

}  // namespace

void print_components() {
  multipliers();
  adder_trees();
  negations();
  accumulators();
  thresholds();
  replay_buffers_and_counters();
}

}  // namespace spillway
