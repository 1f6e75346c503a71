// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "models/integer_type.h"
#include "models/networks/seeded_random.h"

// Writes the lists of points: `components` (grids of the modules that units are made of), `calibration` (what constants
// are fitted on) and `held-out` (what nothing is fitted on). The same seed, the same lists.

using namespace spillway;
using json = nlohmann::ordered_json;

namespace {

void print(json point) { fmt::print("{}\n", point.dump()); }

void component(const std::string& module, const json& parameters, const json& inputs, const json& outputs) {
  std::string name = module.substr(std::string("spillway_").size());
  for (const auto& [key, value] : parameters.items()) name += fmt::format("_{}", value.get<int>());
  print({{"name", name},
         {"stratum", "grid"},
         {"component", module},
         {"parameters", parameters},
         {"inputs", inputs},
         {"outputs", outputs}});
}

void multipliers() {
  for (int a = 1; a <= 8; ++a)
    for (int b = 1; b <= 8; ++b)
      for (const int is_signed : {0, 1})
        component("spillway_multiplier",
                  {{"A_BITS", a}, {"A_SIGNED", is_signed}, {"B_BITS", b}, {"B_SIGNED", 1}, {"P_BITS", a + b}},
                  {{"a", a}, {"b", b}}, {{"p", a + b}});
}

void adder_trees() {
  for (const int lanes : {2, 3, 4, 5, 7, 8, 9, 16, 25, 32, 64})
    for (const int bits : {2, 3, 6, 9, 16}) {
      const int levels = bits_for(0, lanes - 1, false);
      component("spillway_adder_tree",
                {{"LANES", lanes},
                 {"GROUP", 1},
                 {"LANE_MIN", -(1 << (bits - 1))},
                 {"LANE_MAX", (1 << (bits - 1)) - 1},
                 {"LEAF_BITS", bits},
                 {"CAP", 62},
                 {"STAGES", 1 + levels},
                 {"BITS", bits + levels}},
                {{"clk", 1}, {"enable", 1}, {"leaves", lanes * bits}}, {{"sum", bits + levels}});
    }
}

void accumulators() {
  for (const int saturate : {0, 1})
    for (const int is_signed : {0, 1})
      for (const int bits : {2, 3, 8, 13, 16, 24, 32, 40})
        for (const int sum : {2, 7, 12, 20})
          if (saturate == 0 || sum < bits)
            component("spillway_accumulator",
                      {{"BITS", bits}, {"SATURATE", saturate}, {"SUM_BITS", sum}, {"SUM_SIGNED", is_signed}},
                      {{"clk", 1}, {"enable", 1}, {"first", 1}, {"sum", sum}}, {{"value", bits}});
}

void thresholds() {
  for (const int output : {1, 2, 3, 4})
    for (const int bits : {8, 9, 11, 12, 14, 16, 19, 20, 24, 27, 32, 40}) {
      const int steps = (1 << output) - 1;
      component(
          "spillway_thresholds",
          {{"STEPS", steps}, {"X_BITS", bits}, {"X_SIGNED", 1}, {"T_BITS", bits}, {"Y_BITS", output}, {"OFFSET", 0}},
          {{"x", bits}, {"thresholds", steps * bits}}, {{"y", output}});
    }
}

void replay_buffers_and_counters() {
  for (const int bits : {1, 2, 5, 6, 7, 12, 18, 32, 64})
    for (const int depth : {1, 2, 3, 8, 16, 31, 32, 33, 49, 64, 65, 128, 196, 256})
      component("spillway_replay_buffer", {{"BITS", bits}, {"DEPTH", depth}},
                {{"clk", 1},
                 {"loading", 1},
                 {"write", 1},
                 {"address", std::max(1, bits_for(0, depth - 1, false))},
                 {"in", bits}},
                {{"out", bits}});
  for (const int count : {2, 3, 4, 5, 7, 8, 9, 12, 16, 24, 31, 32, 49, 64, 100, 128, 196, 256, 1000, 1024}) {
    const int bits = bits_for(0, count - 1, false);
    component("spillway_counter", {{"COUNT", count}}, {{"clk", 1}, {"rst", 1}, {"enable", 1}},
              {{"next_value", bits}, {"value", bits}, {"is_last", 1}});
  }
}

void components() {
  multipliers();
  adder_trees();
  accumulators();
  thresholds();
  replay_buffers_and_counters();
}

/// One of the numbers, any as likely as another.
template <std::size_t N>
int one_of(const std::array<int, N>& numbers, seeded_random& random) {
  return numbers[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(N)))];
}

std::string type_text(bool is_signed, int bits) { return fmt::format("{}{}", is_signed ? "INT" : "UINT", bits); }

/// What a list of matrix units draws from. The two lists have no value of P, SIMD or SF in common.
struct box {
  std::array<int, 9> p;
  std::array<int, 8> simd, sf;
  std::array<int, 6> pe;
};

constexpr box calibrated{{8, 10, 12, 15, 16, 20, 24, 32, 40},
                         {1, 2, 3, 4, 8, 12, 16, 32},
                         {1, 2, 4, 9, 16, 25, 32, 64},
                         {1, 2, 4, 5, 8, 16}};
constexpr box unseen{{9, 11, 13, 14, 17, 19, 22, 27, 36},
                     {5, 6, 7, 9, 10, 14, 18, 24},
                     {3, 5, 6, 8, 12, 18, 36, 49},
                     {1, 2, 3, 4, 6, 8}};

/// Logic of the products and sums, roughly.
std::int64_t size_of(std::int64_t pe, std::int64_t simd, std::int64_t weight, std::int64_t input) {
  return pe * simd * (weight * input * 3 / 5 + 4);
}

json mvau_point(const std::string& name, const char* stratum, int pe, int simd, int nf, int sf, int weight,
                const std::string& input, int p, seeded_random& random) {
  json point{{"name", name},
             {"stratum", stratum},
             {"unit", "mvau"},
             {"mh", pe * nf},
             {"mw", simd * sf},
             {"pe", pe},
             {"simd", simd},
             {"weight", weight == 1 ? "BIPOLAR" : type_text(true, weight)},
             {"input", input},
             {"accumulator", fmt::format("{}:wrap:per_cycle", p)},
             // Nobody wants LUTs of a deep memory, and synthesis takes minutes for them.
             {"memory", random.below(2) == 0 && nf * sf <= 128 ? "distributed" : "block"},
             {"seed", 1 + random.below(1000000)}};
  const auto output = static_cast<int>(random.below(5));  // bits; 0: the sums themselves
  if (output > 0) point["output"] = type_text(false, output);
  return point;
}

/// Points within a box, as many small ones as large ones. Memories of fewer than 16 words are no memories to synthesis,
/// and what they hold is logic.
void points_within(const char* prefix, const char* stratum, int count, const box& from, seeded_random& random) {
  for (int n = 0; n < count;) {
    const int weight = 1 + static_cast<int>(random.below(8)), input = 1 + static_cast<int>(random.below(8));
    const bool is_signed = random.below(3) == 0 && input > 1;
    const int pe = one_of(from.pe, random), simd = one_of(from.simd, random), sf = one_of(from.sf, random);
    const int nf = 1 << random.below(4), p = one_of(from.p, random);
    const std::int64_t size = size_of(pe, simd, weight, input);
    // Every other one is small, few are so large that synthesis takes a minute.
    if (size > (n % 20 == 19 ? 4000 : 1200) || (n % 2 == 0) != (size < 400) || sf * nf < 16) continue;
    print(mvau_point(fmt::format("{}_{:03}", prefix, n), stratum, pe, simd, nf, sf, weight, type_text(is_signed, input),
                     p, random));
    ++n;
  }
}

/// Beyond the box: wider words, more lanes, more elements, wider sums.
void points_beyond(seeded_random& random) {
  struct outlier {
    int pe, simd, weight, input, p;
  };
  constexpr std::array<outlier, 12> all{{{1, 64, 4, 4, 20},
                                         {2, 64, 2, 2, 14},
                                         {4, 64, 1, 4, 18},
                                         {1, 48, 5, 3, 22},
                                         {32, 4, 3, 3, 16},
                                         {32, 8, 2, 2, 14},
                                         {64, 2, 4, 2, 12},
                                         {2, 10, 10, 4, 26},
                                         {2, 10, 4, 10, 26},
                                         {1, 9, 10, 10, 36},
                                         {4, 6, 8, 8, 44},
                                         {8, 7, 4, 4, 48}}};
  for (std::size_t i = 0; i < all.size(); ++i)
    print(mvau_point(fmt::format("b_{:03}", i), "B", all[i].pe, all[i].simd, 4, 18, all[i].weight,
                     type_text(i % 3 == 0, all[i].input), all[i].p, random));
}

/// Units of other styles than those that were calibrated: registers that saturate, and counts of agreements.
void points_of_other_styles(seeded_random& random) {
  for (int n = 0; n < 14; ++n) {
    const bool counts = n % 2 == 1;
    const int pe = one_of(unseen.pe, random), simd = one_of(unseen.simd, random);
    const int bits = 2 + static_cast<int>(random.below(5));
    json point = mvau_point(fmt::format("c_{:03}", n), "C", pe, simd, 4, 18, counts ? 1 : bits,
                            type_text(false, counts ? 1 : bits), one_of(unseen.p, random), random);
    if (counts)
      point["xnor"] = 1;
    else
      point["accumulator"] = fmt::format("{}:saturate:per_cycle", one_of(unseen.p, random));
    print(point);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Prints a list of points for `synthesise`");
  std::string list;
  app.add_option("LIST", list)->required()->check(CLI::IsMember({"components", "calibration", "held-out"}));
  CLI11_PARSE(app, argc, argv);
  if (list == "components") components();
  seeded_random random(list == "calibration" ? 1 : 2);
  if (list == "calibration") points_within("cal", "calibration", 110, calibrated, random);
  if (list == "held-out") {
    points_within("a", "A", 84, unseen, random);
    points_beyond(random);
    points_of_other_styles(random);
  }
  return 0;
}
