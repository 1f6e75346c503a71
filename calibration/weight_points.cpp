// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "spillway/calibration/point_lists.h"
#include "spillway/models/load/design.h"

// Units of trained networks that keep their weights in LUTs: sparse ones, and small ones in wide types.

namespace spillway {

namespace {

/// What a list draws from, below models/zoo. The two lists have no file in common.
using files = std::vector<std::string>;
const files calibrated{"tfc-mnist/a2q-w4a4-p12",    "mnist-linear/a2q-w8a1-p12",     "mnist-linear/a2q_plus-w8a1-p9",
                       "resnet18-cifar10/qat-w4a4", "resnet18-cifar10/a2q-w4a4-p16", "espcn-photographs/a2q-w4a4-p12",
                       "mnist-linear/qat-w8a1",     "tfc-mnist/a2q_plus-w4a4-p12"};
const files unseen{"tfc-mnist/a2q_plus-w4a4-p10",    "mnist-linear/a2q-w8a1-p16",
                   "mnist-linear/a2q_plus-w8a1-p14", "resnet18-cifar10/a2q_plus-w4a4-p14",
                   "resnet18-cifar10/a2q-w4a4-p12",  "espcn-photographs/a2q_plus-w6a6-p16",
                   "tfc-mnist/a2q-w4a4-p9",          "mnist-linear/a2q-w8a1-p9"};

/// Words of weights in LUTs, and products of bits and words that synthesis has done with in a minute.
constexpr std::int64_t most_words = 512, most_bits = 1200, most_lanes = 80;

bool is_small(std::int64_t pe, std::int64_t simd, std::int64_t words, const dot_product_view& unit) {
  const std::int64_t lanes = pe * simd;
  return words <= most_words && lanes <= most_lanes &&
         lanes * (unit.weights.type.bits * (unit.input_type.bits + words / 64)) <= most_bits;
}

/// Some fold of some unit of the file; every other point without its thresholds.
void point_of_file(const std::string& name, const std::string& file, bool is_bare, seeded_random& random) {
  const design loaded = load_design("models/zoo/" + file + ".onnx");
  struct fold {
    std::string unit;
    std::int64_t pe, simd;
  };
  std::vector<fold> folds;
  for (const dataflow_unit& unit : loaded.flow.units)
    if (const auto dot = dot_products_of(unit)) {
      const std::int64_t rows = dot->weights.shape[0], columns = dot->weights.shape[1];
      for (std::int64_t pe = 1; pe <= rows; ++pe)
        for (std::int64_t simd = 1; simd <= columns && rows % pe == 0; ++simd)
          if (columns % simd == 0 && is_small(pe, simd, rows / pe * (columns / simd), *dot))
            folds.push_back({name_of(unit), pe, simd});
    }
  const fold chosen = folds[static_cast<std::size_t>(random.below(std::ssize(folds)))];
  print_point({{"name", name},
               {"stratum", "trained_weights"},
               {"file", "models/zoo/" + file + ".onnx"},
               {"of", chosen.unit},
               {"fold", {{chosen.unit, {chosen.pe, chosen.simd}}}},
               {"registers", {random.below(2) == 0 ? "certified" : "16"}},
               {"memory", "distributed"},
               {"bare", is_bare ? 1 : 0}});
}

void points(const char* prefix, const files& from, int count, std::uint64_t seed) {
  seeded_random random(seed);
  for (int n = 0; n < count; ++n)
    point_of_file(fmt::format("{}_{:03}", prefix, n), from[static_cast<std::size_t>(n) % from.size()],
                  n / std::ssize(from) % 2 == 0, random);
}

}  // namespace

void print_trained_weights() { points("weights", calibrated, 40, 31); }

void print_trained_weights_held_out() { points("weights_held", unseen, 24, 32); }

}  // namespace spillway
