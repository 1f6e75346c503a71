// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "spillway/calibration/point_lists.h"

namespace spillway {

using json = nlohmann::ordered_json;

namespace {

/// What all have in common: 16 x 128, PE 4, SIMD 8, so NF 4 and SF 16.
json unit_of(const char* stratum, int weight, int input, const std::string& accumulator, const char* memory) {
  return {{"name", ""},
          {"stratum", stratum},
          {"unit", "mvau"},
          {"mh", 16},
          {"mw", 128},
          {"pe", 4},
          {"simd", 8},
          {"weight", weight == 1 ? "BIPOLAR" : type_text(true, weight)},
          {"input", type_text(false, input)},
          {"accumulator", accumulator},
          {"memory", memory},
          {"seed", 1}};
}

/// P from 8 to 32 at M = N = 4.
void sweep_accumulator(const char* stratum, int step, const char* overflow, const char* memory, int output) {
  for (int p = 8; p <= 32; p += step) {
    json point = unit_of(stratum, 4, 4, fmt::format("{}:{}:per_cycle", p, overflow), memory);
    point["name"] = fmt::format("{}_{}", stratum, p);
    if (output > 0) point["output"] = type_text(false, output);
    print_point(point);
  }
}

/// M or N from 1 to 8 at P = 24, the other one 4.
void sweep_factor(const char* stratum, bool is_weight) {
  for (int bits = 1; bits <= 8; ++bits) {
    json point = unit_of(stratum, is_weight ? bits : 4, is_weight ? 4 : bits, "24:wrap:per_cycle", "block");
    point["name"] = fmt::format("{}_{}", stratum, bits);
    point["output"] = "UINT3";
    print_point(point);
  }
}

}  // namespace

void print_slopes() {
  sweep_accumulator("p", 2, "wrap", "block", 3);
  sweep_accumulator("p_without_thresholds", 4, "wrap", "block", 0);
  sweep_accumulator("p_weights_in_luts", 4, "wrap", "distributed", 3);
  sweep_accumulator("p_saturating", 4, "saturate", "block", 3);
  sweep_factor("m", true);
  sweep_factor("n", false);
}

void print_sparsity() {
  for (const char* memory : {"constant", "distributed"})
    for (const int zeros : {0, 25, 50, 65, 80, 90})
      print_point({{"name", fmt::format("{}_{}", memory, zeros)},
                   {"stratum", memory},
                   {"unit", "mvau"},
                   {"mh", 8},
                   {"mw", 32},
                   {"pe", 8},
                   {"simd", 32},
                   {"weight", "INT4"},
                   {"input", "UINT4"},
                   {"accumulator", "16:wrap:per_cycle"},
                   {"memory", memory},
                   {"zeros", zeros},
                   {"seed", 1}});
}

}  // namespace spillway
