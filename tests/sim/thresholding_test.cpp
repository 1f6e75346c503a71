// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/sim/draws.h"
#include "spillway/tests/sim/unit_rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

thresholding any_thresholding(int most_bits) {
  thresholding unit;
  unit.name = "thr";
  unit.input_type = draw(any_type(most_bits));
  unit.channels = between(1, 6), unit.vectors_per_frame = between(1, 4);
  unit.pe = static_cast<int>(any_divisor(unit.channels));
  const std::int64_t rows = between(0, 3) == 0 ? 1 : unit.channels, steps = between(1, 9);
  const integer_type type = draw(any_type(most_bits));
  std::vector<big_int> all;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::vector<big_int> values = draw(values_of(type, static_cast<std::size_t>(steps)));
    std::sort(values.begin(), values.end());
    all.insert(all.end(), values.begin(), values.end());
  }
  unit.thresholds = tensor_of(type, {rows, steps}, all);
  if (between(0, 1) == 1)
    for (std::int64_t row = 0; row < rows; ++row) unit.descending.push_back(between(0, 1) == 1);
  unit.output_offset = between(-3, 3);
  unit.output_type = signed_type(between(0, 3) == 0 ? 70 : 5);
  unit.style = between(0, 1) == 1 ? threshold_style::parallel : threshold_style::binary_search;
  return unit;
}

/// Thresholds 1, 2, ..., steps for all channels.
thresholding plain(std::int64_t channels, int pe, std::int64_t vectors, std::int64_t steps, threshold_style style) {
  thresholding unit;
  unit.name = "thr";
  unit.input_type = signed_type(8);
  unit.output_type = unsigned_type(8);
  unit.channels = channels, unit.pe = pe, unit.vectors_per_frame = vectors, unit.style = style;
  unit.thresholds = integer_tensor::zeros(signed_type(8), {1, steps});
  for (std::int64_t t = 0; t < steps; ++t) *unit.thresholds.at(t) = t + 1;
  return unit;
}

}  // namespace

TEST_CASE("thresholds count as their oracle says, with and without stalls") {
  CHECK(property_holds("narrow", 500, [] { check_against_oracle(any_thresholding(9)); }));
  CHECK(property_holds("wide", 60, [] { check_against_oracle(any_thresholding(300)); }));
}

TEST_CASE("the oracle of thresholds, by hand") {
  thresholding unit = plain(2, 1, 2, 3, threshold_style::parallel);
  unit.thresholds = integer_tensor::from(signed_type(8), {2, 3}, {-1, 0, 5, 2, 2, 4});
  unit.descending = {false, true};
  unit.output_offset = 10;
  const integer_tensor in = integer_tensor::from(unit.input_type, {4, 1}, {0, 2, -2, 3});
  CHECK(evaluate(unit, std::vector{in})[0] == integer_tensor::from(unit.output_type, {4, 1}, {12, 13, 10, 11}));
}

TEST_CASE("thresholds take a beat a cycle, and 2 cycles in parallel or one a level of their search") {
  const auto parallel = threshold_style::parallel, search = threshold_style::binary_search;
  // First frame: the beats, the latency, and a cycle for each of the two streams.
  for (const unit_timing& row : {unit_timing{"parallel, 12 beats", plain(8, 2, 3, 3, parallel), 16, 12},
                                 unit_timing{"parallel, 255 steps", plain(1, 1, 1, 120, parallel), 5, 1},
                                 unit_timing{"1 step: 1 level", plain(8, 2, 3, 1, search), 15, 12},
                                 unit_timing{"3 steps: 2 levels", plain(8, 2, 3, 3, search), 16, 12},
                                 unit_timing{"4 steps: 3 levels", plain(8, 2, 3, 4, search), 17, 12},
                                 unit_timing{"7 steps: 3 levels", plain(8, 2, 3, 7, search), 17, 12},
                                 unit_timing{"8 steps: 4 levels", plain(8, 2, 3, 8, search), 18, 12},
                                 unit_timing{"one beat", plain(4, 4, 1, 15, search), 7, 1}})
    check_timing(row);
}

TEST_CASE("thresholds refuse TLAST in the wrong place, naming themselves") {
  const thresholding unit = plain(8, 2, 3, 3, threshold_style::parallel);
  CHECK(refusal(unit, 2, [](std::uint64_t beat) { return beat % 12 == 11; }) == "");
  CHECK(
      refusal(unit, 2, [](std::uint64_t beat) { return beat % 12 == 3; }).starts_with("unit: TLAST is set in cycle "));
  CHECK(refusal(unit, 2, [](std::uint64_t) { return false; }).starts_with("unit: TLAST is missing in cycle "));
}

TEST_CASE("illegal thresholds are refused, with what would be right") {
  const auto message = [](auto&& change) {
    thresholding unit = plain(8, 2, 3, 3, threshold_style::parallel);
    change(unit);
    return refusal(unit);
  };
  CHECK(message([](thresholding&) {}) == "");
  CHECK(message([](thresholding& u) { u.pe = 3; }) == "unit.pe = 3 does not divide C = 8; nearest: 2, 4");
  CHECK(message([](thresholding& u) { u.vectors_per_frame = 0; }) == "unit.vectors_per_frame = 0 must be at least 1");
  CHECK(message([](thresholding& u) {
          u.descending = {true, false};
        }) == "unit.descending has 2 entries; nearest: 0, 1 (one a row of thresholds)");
  CHECK(message([](thresholding& u) {
          u.thresholds = integer_tensor::zeros(signed_type(8), {7, 3});
        }) == "unit.thresholds must be [C, steps] with C = 8, but has 7 rows");
  CHECK(message([](thresholding& u) { *u.thresholds.at(1) = -5; }) == "unit.thresholds[0] is not ascending at step 1");
  CHECK(message([](thresholding& u) { u.output_type = unsigned_type(1); }) ==
        "unit.output_type UINT1 does not hold the levels 0 to 3 of its thresholds");
}
