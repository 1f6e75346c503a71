// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "spillway/calibration/point_lists.h"

namespace spillway {

using json = nlohmann::ordered_json;

namespace {

/// Unfolded units whose weights are constants; a third of them without zeros, a third half zeros, a third 80 % zeros.
void constant_units(const char* prefix, const char* stratum, int count, const std::array<int, 6>& rows,
                    const std::array<int, 6>& columns, const std::array<int, 6>& registers, seeded_random& random) {
  constexpr std::array zeros{0, 50, 80};
  for (int n = 0; n < count;) {
    const int weight = 1 + static_cast<int>(random.below(8)), input = 1 + static_cast<int>(random.below(8));
    const bool is_signed = random.below(3) == 0 && input > 1;
    const int mh = one_of(rows, random), mw = one_of(columns, random), p = one_of(registers, random);
    if (mh * mw * weight * input > 3000) continue;  // synthesis takes minutes beyond
    print_point({{"name", fmt::format("{}_{:03}", prefix, n)},
                 {"stratum", stratum},
                 {"unit", "mvau"},
                 {"mh", mh},
                 {"mw", mw},
                 {"pe", mh},
                 {"simd", mw},
                 {"weight", weight == 1 ? "BIPOLAR" : type_text(true, weight)},
                 {"input", type_text(is_signed, input)},
                 {"accumulator", fmt::format("{}:wrap:per_cycle", p)},
                 {"memory", "constant"},
                 {"zeros", zeros[static_cast<std::size_t>(n) % zeros.size()]},
                 {"seed", 1 + random.below(1000000)}});
    ++n;
  }
}

}  // namespace

void print_constant() {
  seeded_random random(11);
  constant_units("const", "constant", 24, {1, 2, 4, 6, 8, 16}, {2, 4, 8, 12, 16, 32}, {8, 10, 12, 16, 20, 24}, random);
}

void print_constant_held_out() {
  seeded_random random(12);
  constant_units("const_held", "constant", 16, {1, 3, 5, 7, 10, 12}, {3, 5, 6, 9, 14, 24}, {9, 11, 13, 14, 18, 22},
                 random);
}

}  // namespace spillway
