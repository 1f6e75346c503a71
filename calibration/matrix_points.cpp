// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "spillway/calibration/point_lists.h"

namespace spillway {

using json = nlohmann::ordered_json;

namespace {

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
    print_point(mvau_point(fmt::format("{}_{:03}", prefix, n), stratum, pe, simd, nf, sf, weight,
                           type_text(is_signed, input), p, random));
    ++n;
  }
}

/// Products whose digits are read from a few words: what synthesis makes of both together follows no simple rule.
void points_of_read_digits() {
  const auto point = [](int weight, int input, bool is_signed, int sf) {
    print_point({{"name", fmt::format("read_m{}n{}{}_d{}", weight, input, is_signed ? "s" : "u", sf)},
                 {"stratum", "calibration"},
                 {"unit", "mvau"},
                 {"mh", 2},
                 {"mw", 4 * sf},
                 {"pe", 2},
                 {"simd", 4},
                 {"weight", type_text(true, weight)},
                 {"input", type_text(is_signed, input)},
                 {"accumulator", "24:wrap:per_cycle"},
                 {"memory", "distributed"},
                 {"seed", 99}});
  };
  for (const int weight : {3, 4, 5, 6, 7, 8})
    for (const int input : {4, 6, 8}) point(weight, input, false, 25);
  for (const int sf : {16, 32, 64})
    for (const int weight : {4, 6}) point(weight, 6, false, sf);
}

/// Kinds that the lists above have few of: products by one bit of input behind deep memories, and wide inputs by +-1.
void points_of_rare_kinds() {
  const auto point = [](const char* name, const char* weight, const char* input, int pe, int simd, int nf, int sf) {
    print_point({{"name", name},
                 {"stratum", "calibration"},
                 {"unit", "mvau"},
                 {"mh", pe * nf},
                 {"mw", simd * sf},
                 {"pe", pe},
                 {"simd", simd},
                 {"weight", weight},
                 {"input", input},
                 {"accumulator", "20:wrap:per_cycle"},
                 {"memory", "distributed"},
                 {"seed", 7}});
  };
  point("rare_m7n1_d72", "INT7", "UINT1", 2, 8, 8, 9);
  point("rare_m7n1_d100", "INT7", "UINT1", 2, 8, 4, 25);
  point("rare_m7n1_d128", "INT7", "UINT1", 2, 8, 8, 16);
  point("rare_m8n1_d64", "INT8", "UINT1", 2, 8, 4, 16);
  point("rare_bipolar_n7", "BIPOLAR", "UINT7", 4, 8, 2, 16);
  point("rare_bipolar_n8", "BIPOLAR", "INT8", 8, 4, 4, 16);
  point("rare_bipolar_n3", "BIPOLAR", "UINT3", 4, 8, 4, 16);
  point("rare_bipolar_n2", "BIPOLAR", "UINT2", 8, 8, 4, 16);
}

/// Units whose products are made by DSPs, or would be if they were wide enough.
void dsp_points(const char* prefix, int count, const box& from, seeded_random& random) {
  for (int n = 0; n < count;) {
    const int weight = 2 + static_cast<int>(random.below(7)), input = 1 + static_cast<int>(random.below(8));
    const bool is_signed = random.below(3) == 0 && input > 1;
    const int pe = one_of(from.pe, random), simd = one_of(from.simd, random), sf = one_of(from.sf, random);
    const int nf = 1 << random.below(4), p = one_of(from.p, random);
    if (pe * simd > 48 || sf * nf < 16 || weight + input < 8) continue;
    json point = mvau_point(fmt::format("{}_{:03}", prefix, n), "dsp", pe, simd, nf, sf, weight,
                            type_text(is_signed, input), p, random);
    point["multipliers"] = "dsp";
    print_point(point);
    ++n;
  }
}

/// Depthwise units. The two lists have no window in common.
void vector_points(const char* prefix, const char* stratum, int count, const box& from,
                   const std::vector<std::pair<int, int>>& folds, seeded_random& random) {
  for (int n = 0; n < count; ++n) {
    const auto [window, simd] = folds[static_cast<std::size_t>(random.below(std::ssize(folds)))];
    const int pe = one_of(from.pe, random), nf = 1 + static_cast<int>(random.below(8));
    const int weight = 2 + static_cast<int>(random.below(7)), input = 1 + static_cast<int>(random.below(8));
    nlohmann::ordered_json point{{"name", fmt::format("{}_{:03}", prefix, n)},
                                 {"stratum", stratum},
                                 {"unit", "vvau"},
                                 {"channels", pe * nf},
                                 {"window", window},
                                 {"pe", pe},
                                 {"simd", simd},
                                 {"weight", type_text(true, weight)},
                                 {"input", type_text(random.below(3) == 0 && input > 1, input)},
                                 {"accumulator", fmt::format("{}:wrap:per_cycle", one_of(from.p, random))},
                                 {"memory", random.below(2) == 0 || nf * window / simd < 16 ? "distributed" : "block"},
                                 {"seed", 1 + random.below(1000000)}};
    const auto output = static_cast<int>(random.below(5));
    if (output > 0) point["output"] = type_text(false, output);
    // What a few words hold is logic to synthesis.
    if (nf * window / simd >= 4) print_point(point);
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
    print_point(mvau_point(fmt::format("b_{:03}", i), "B", all[i].pe, all[i].simd, 4, 18, all[i].weight,
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
    print_point(point);
  }
}

}  // namespace

void print_calibration() {
  seeded_random random(1);
  points_within("cal", "calibration", 110, calibrated, random);
  points_of_read_digits();
  vector_points("vec", "calibration", 16, calibrated, {{9, 1}, {9, 3}, {9, 9}, {25, 5}, {25, 1}}, random);
  points_of_rare_kinds();
}

void print_held_out() {
  seeded_random random(2);
  points_within("a", "A", 84, unseen, random);
  points_beyond(random);
  points_of_other_styles(random);
  vector_points("v", "V", 14, unseen, {{49, 7}, {49, 1}, {16, 4}, {16, 8}, {4, 2}, {15, 5}}, random);
}

void print_matrix_for_bands() {
  seeded_random random(15);
  points_within("w", "bands", 30, unseen, random);
  vector_points("vw", "bands", 12, unseen, {{49, 7}, {25, 5}, {9, 3}, {9, 9}, {4, 2}, {15, 5}}, random);
}

void print_dsp() {
  seeded_random random(13);
  dsp_points("dsp", 28, calibrated, random);
}

void print_dsp_held_out() {
  seeded_random random(14);
  dsp_points("dsp_held", 20, unseen, random);
}

void print_levels() {
  for (const int output : {4, 6, 8})
    for (const int nf : {1, 2, 4, 8})
      print_point({{"name", fmt::format("even_b{}_f{}", output, nf)},
                   {"stratum", "levels"},
                   {"unit", "mvau"},
                   {"mh", nf},
                   {"mw", 32},
                   {"pe", 1},
                   {"simd", 2},
                   {"weight", "INT4"},
                   {"input", "UINT4"},
                   {"output", type_text(false, output)},
                   {"levels", "even"},
                   {"accumulator", "20:wrap:per_cycle"},
                   {"memory", "block"},
                   {"seed", 5}});
}

}  // namespace spillway
