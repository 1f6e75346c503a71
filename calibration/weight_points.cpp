// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
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

/// Drawn weights, of any share of zeros, in fewer words and wider types than they need.
void sparse_points(const char* prefix, const std::array<int, 6>& zeros, const std::array<int, 6>& words, int count,
                   std::uint64_t seed) {
  seeded_random random(seed);
  for (int n = 0; n < count; ++n) {
    const int bits = 2 + static_cast<int>(random.below(7)), input = 1 + static_cast<int>(random.below(4));
    const int pe = 1 << random.below(3), simd = 2 + static_cast<int>(random.below(15));
    const int of_words = one_of(words, random);
    const int folds = random.below(2) == 0 ? 1 : of_words, rounds = of_words / folds;
    print_point({{"name", fmt::format("{}_{:03}", prefix, n)},
                 {"stratum", "sparse_weights"},
                 {"unit", "mvau"},
                 {"mh", pe * folds},
                 {"mw", simd * rounds},
                 {"pe", pe},
                 {"simd", simd},
                 {"weight", type_text(true, bits)},
                 {"values", type_text(true, 2 + static_cast<int>(random.below(bits - 1)))},
                 {"input", type_text(false, input)},
                 {"accumulator", "16:wrap:per_cycle"},
                 {"memory", "distributed"},
                 {"zeros", one_of(zeros, random)},
                 {"seed", 1 + random.below(1000000)}});
  }
}

}  // namespace

void print_sparse_weights() { sparse_points("sparse", {0, 40, 60, 80, 90, 95}, {1, 2, 4, 8, 16, 64}, 48, 33); }

void print_sparse_weights_held_out() {
  sparse_points("sparse_held", {10, 50, 70, 85, 92, 97}, {1, 3, 6, 12, 24, 48}, 30, 34);
}

void print_weights_of_tails() {
  sparse_points("sparse_tail", {0, 40, 60, 80, 90, 95}, {1, 2, 4, 8, 16, 64}, 44, 37);
}

void print_weights_for_bands() {
  sparse_points("sparse_band", {0, 40, 60, 80, 90, 95}, {1, 2, 4, 8, 16, 64}, 24, 35);
  points("weights_band", unseen, 8, 36);
}

void print_trained_weights() { points("weights", calibrated, 40, 31); }

void print_trained_weights_held_out() { points("weights_held", unseen, 24, 32); }

}  // namespace spillway
