// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "spillway/calibration/point_lists.h"
#include "spillway/models/load/design.h"
#include "spillway/resource/estimate.h"

namespace spillway {

namespace {

using json = nlohmann::ordered_json;

/// What a list of units with trained or many thresholds draws from. The two lists have no file, P or NF in common.
struct thresholds_box {
  std::vector<const char*> files;  ///< below models/zoo
  std::array<int, 9> p;
  std::array<int, 9> folds;
};

const thresholds_box calibrated{
    {"mobilenet_v1-cifar10/qat-w4a4", "resnet18-cifar10/qat-w4a4", "resnet18-cifar10/a2q_plus-w4a4-p16",
     "tfc-mnist/a2q-w4a4-p12", "espcn-photographs/qat-w4a4"},
    {8, 10, 12, 15, 16, 20, 24, 32, 40},
    {72, 96, 128, 192, 256, 512, 1024, 2048, 4096}};
const thresholds_box unseen{
    {"mobilenet_v1-cifar10/a2q_plus-w4a4-p12", "resnet18-cifar10/a2q-w4a4-p14", "tfc-mnist/a2q_plus-w4a4-p9",
     "espcn-photographs/a2q_plus-w4a4-p10", "espcn-photographs/a2q_plus-w6a6-p16"},
    {9, 11, 13, 14, 17, 19, 22, 27, 36},
    {66, 80, 120, 160, 300, 400, 768, 1536, 3000}};

/// Synthesis takes minutes for more.
constexpr double most_luts = 4000;

std::int64_t divisor(std::int64_t of, std::int64_t most, seeded_random& random) {
  std::vector<std::int64_t> all;
  for (std::int64_t d = 1; d <= std::min(of, most); ++d)
    if (of % d == 0) all.push_back(d);
  return all[static_cast<std::size_t>(random.below(std::ssize(all)))];
}

/// A unit of the file with some fold and some width, if it is small enough.
bool point_of_file(const std::string& name, const char* stratum, const std::string& file, const thresholds_box& from,
                   seeded_random& random) {
  design loaded = load_design("models/zoo/" + file + ".onnx");
  std::vector<dot_product_view> units;
  std::vector<std::string> names;
  for (const dataflow_unit& unit : loaded.flow.units)
    if (const auto dot = dot_products_of(unit)) {
      units.push_back(*dot);
      names.push_back(name_of(unit));
    }
  const auto chosen = static_cast<std::size_t>(random.below(std::ssize(units)));
  const std::int64_t pe = divisor(units[chosen].weights.shape[0], 8, random);
  const std::int64_t simd = divisor(units[chosen].weights.shape[1], 16, random);
  const std::string width = fmt::format("{}", one_of(from.p, random));
  design_options options;
  options.lowering.units[names[chosen]].pe = static_cast<int>(pe);
  options.lowering.units[names[chosen]].simd = static_cast<int>(simd);
  options.lowering.registers.push_back(parse_register_rule(width));
  options.lowering.defaults.memory = memory_style::block;
  loaded = load_design("models/zoo/" + file + ".onnx", options);
  for (const dataflow_unit& unit : loaded.flow.units)
    if (name_of(unit) == names[chosen] && estimate(unit).total().all_luts() > most_luts) return false;
  print_point({{"name", name},
               {"stratum", stratum},
               {"file", "models/zoo/" + file + ".onnx"},
               {"of", names[chosen]},
               {"fold", {{names[chosen], {pe, simd}}}},
               {"registers", {width}},
               {"memory", "block"}});
  return true;
}

void trained_points(const char* prefix, const char* stratum, int count, const thresholds_box& from,
                    seeded_random& random) {
  for (int n = 0; n < count;) {
    const char* file = from.files[static_cast<std::size_t>(n) % from.files.size()];
    if (point_of_file(fmt::format("{}_{:03}", prefix, n), stratum, file, from, random)) ++n;
  }
}

/// Thresholds in words deeper than a LUT, of any number of levels.
void deep_points(const char* prefix, const char* stratum, int count, const thresholds_box& from,
                 seeded_random& random) {
  for (int n = 0; n < count;) {
    const int output = 1 + static_cast<int>(random.below(8)), pe = 1 << random.below(3);
    const int folds = one_of(from.folds, random), p = one_of(from.p, random),
              simd = 1 + static_cast<int>(random.below(8));
    const double memory = pe * ((1 << output) - 1) * static_cast<double>(p) * folds / 40;
    if (memory > most_luts) continue;
    print_point({{"name", fmt::format("{}_{:03}", prefix, n++)},
                 {"stratum", stratum},
                 {"unit", "mvau"},
                 {"mh", pe * folds},
                 {"mw", simd * 3},
                 {"pe", pe},
                 {"simd", simd},
                 {"weight", type_text(true, 2 + static_cast<int>(random.below(4)))},
                 {"input", type_text(false, 1 + static_cast<int>(random.below(4)))},
                 {"output", type_text(false, output)},
                 {"levels", random.below(2) == 0 ? "even" : "random"},
                 {"accumulator", fmt::format("{}:wrap:per_cycle", p)},
                 {"memory", "block"},
                 {"seed", 1 + random.below(1000000)}});
  }
}

/// The same of units that have nothing but thresholds, compared at once or one level after the other.
void deep_thresholding_points(const char* prefix, const char* stratum, int count, const thresholds_box& from,
                              seeded_random& random) {
  for (int n = 0; n < count;) {
    const int output = 1 + static_cast<int>(random.below(8)), pe = 1 << random.below(3);
    const int folds = one_of(from.folds, random), bits = one_of(from.p, random);
    const double memory = pe * ((1 << output) - 1) * static_cast<double>(bits) * folds / 40;
    if (memory > most_luts) continue;
    print_point({{"name", fmt::format("{}_{:03}", prefix, n)},
                 {"stratum", stratum},
                 {"unit", "thresholding"},
                 {"input", type_text(true, bits)},
                 {"channels", pe * folds},
                 {"pe", pe},
                 {"output", type_text(false, output)},
                 {"levels", random.below(2) == 0 ? "even" : "random"},
                 {"style", n % 2 == 0 ? "parallel" : "binary_search"},
                 {"memory", "distributed"},
                 {"seed", 1 + random.below(1000000)}});
    ++n;
  }
}

}  // namespace

void print_thresholding_deep() {
  seeded_random random(23);
  deep_thresholding_points("thresholding", "deep_thresholding", 20, calibrated, random);
}

void print_thresholding_deep_held_out() {
  seeded_random random(24);
  deep_thresholding_points("thresholding_held", "deep_thresholding", 14, unseen, random);
}

void print_thresholds() {
  seeded_random random(21);
  trained_points("trained", "trained", 40, calibrated, random);
  deep_points("deep", "deep", 24, calibrated, random);
}

void print_thresholds_held_out() {
  seeded_random random(22);
  trained_points("trained_held", "trained", 30, unseen, random);
  deep_points("deep_held", "deep", 16, unseen, random);
}

}  // namespace spillway
