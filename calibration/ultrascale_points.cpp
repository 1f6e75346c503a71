// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "spillway/calibration/point_lists.h"
#include "spillway/models/numbers/integer_type.h"

namespace spillway {

namespace {

/// Memories of LUTs are what differs; one of each other component shows that nothing else does.
void components() {
  for (const int bits : {1, 7, 14, 15, 16, 17, 33})
    for (const int depth : {16, 32, 33, 64, 128})
      print_component(
          "spillway_replay_buffer", {{"BITS", bits}, {"DEPTH", depth}},
          {{"clk", 1}, {"loading", 1}, {"write", 1}, {"address", bits_for(0, depth - 1, false)}, {"in", bits}},
          {{"out", bits}});
  for (const int bits : {4, 8})
    print_component("spillway_multiplier",
                    {{"A_BITS", 4}, {"A_SIGNED", 0}, {"B_BITS", bits}, {"B_SIGNED", 1}, {"P_BITS", 4 + bits}},
                    {{"a", 4}, {"b", bits}}, {{"p", 4 + bits}});
  for (const int bits : {12, 32})
    print_component("spillway_accumulator", {{"BITS", bits}, {"SATURATE", 0}, {"SUM_BITS", 9}, {"SUM_SIGNED", 1}},
                    {{"clk", 1}, {"enable", 1}, {"first", 1}, {"sum", 9}}, {{"value", bits}});
  for (const int count : {9, 100})
    print_component(
        "spillway_counter", {{"COUNT", count}}, {{"clk", 1}, {"rst", 1}, {"enable", 1}},
        {{"next_value", bits_for(0, count - 1, false)}, {"value", bits_for(0, count - 1, false)}, {"is_last", 1}});
}

/// Units with replay buffers on both sides of 32 and 64 beats.
void units() {
  for (const int sf : {16, 32, 49, 100})
    for (const int bits : {2, 5})
      print_point({{"name", fmt::format("plus_{}_{}", sf, bits)},
                   {"stratum", "ultrascale"},
                   {"unit", "mvau"},
                   {"mh", 8},
                   {"mw", 3 * sf},
                   {"pe", 2},
                   {"simd", 3},
                   {"weight", type_text(true, 4)},
                   {"input", type_text(false, bits)},
                   {"accumulator", "18:wrap:per_cycle"},
                   {"memory", "block"},
                   {"seed", 1},
                   {"output", "UINT2"}});
}

}  // namespace

void print_ultrascale() {
  components();
  units();
}

}  // namespace spillway
