// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/units/stored_weights.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "matrix_unit.h"
#include "spillway/calibration/unit_errors.h"
#include "spillway/resource/bands.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/spillway_model.h"

// Weights that are words of a memory in LUTs: what synthesis knows of them is not priced.

using namespace spillway;

namespace {

/// 16 x 64 weights in LUTs that leave nothing out, on inputs of so many bits: PE 4, SIMD 8, 32 words.
mvau stored_unit(int input_bits) {
  mvau unit = testing::matrix_unit(16);
  unit.input_type = unsigned_type(input_bits);
  unit.weight_memory = memory_style::distributed;
  std::mt19937 random(3);
  for (std::int64_t i = 0; i < unit.weights.size(); ++i)
    *unit.weights.at(i) = static_cast<std::int64_t>(random() % 16) - 8;
  return unit;
}

void clear_lane(mvau& unit, std::int64_t lane) {
  for (std::int64_t row = 0; row < unit.mh(); ++row)
    for (std::int64_t column = lane; column < unit.mw(); column += unit.simd)
      *unit.weights.at(row * unit.mw() + column) = 0;
}

resources part_of(const mvau& unit, const std::string& name) {
  for (const priced_part& part : estimate(unit).parts)
    if (name == part.name) return part.amount;
  FAIL("no part " << name);
  return {};
}

const unit_error_row& row_of(const std::vector<unit_error_row>& rows, const std::string& kind) {
  for (const unit_error_row& row : rows)
    if (row.kind == kind) return row;
  FAIL("no row " << kind);
  return rows.front();
}

}  // namespace

TEST_CASE("weights that leave nothing out cost what any weights do") {
  for (const int bits : {1, 2, 4, 8}) {
    CAPTURE(bits);
    const mvau unit = stored_unit(bits);
    mvau in_block_ram = unit;
    in_block_ram.weight_memory = memory_style::block;
    CHECK_FALSE(estimate(unit).has_sparse_weights);
    CHECK(part_of(unit, "adder tree").ff == part_of(in_block_ram, "adder tree").ff);
    CHECK(part_of(unit, "adder tree").luts == part_of(in_block_ram, "adder tree").luts);
  }
}

TEST_CASE("a lane that is zero in all words is gone, with its adder where that is known in time") {
  // The digits of 4-bit weights on 4-bit inputs are the weights' own: known before the adders' chains are made.
  mvau known = stored_unit(4);
  const resources all = part_of(known, "adder tree"), products = part_of(known, "products");
  clear_lane(known, 7);
  const resources left = part_of(known, "adder tree");
  CHECK(estimate(known).has_sparse_weights);
  CHECK(part_of(known, "products").luts == doctest::Approx(products.luts * 7 / 8).epsilon(0.001));
  CHECK(left.luts < all.luts);
  CHECK(left.ff < all.ff);
  for (std::int64_t lane = 0; lane < 7; ++lane) clear_lane(known, lane);
  CHECK(part_of(known, "adder tree").ff == 0);
  CHECK(part_of(known, "products").luts == 0);
  CHECK(part_of(known, "weights").luts == 0);

  // Those of 3-bit inputs are the inputs' own: what a lane comes to is seen late, and its adders stay.
  mvau late = stored_unit(3);
  const double registers = part_of(late, "adder tree").ff;
  clear_lane(late, 7);
  CHECK(part_of(late, "adder tree").ff >= registers - 4 * late.weights.type.bits * 2);
}

TEST_CASE("small weights in a wide type take the bits that they need") {
  mvau narrow = stored_unit(4);
  for (std::int64_t i = 0; i < narrow.weights.size(); ++i) *narrow.weights.at(i) /= 4;
  mvau wide = narrow;
  wide.weights.type = signed_type(8);
  CHECK(part_of(wide, "weights").luts == part_of(narrow, "weights").luts);
  CHECK(band_kind(wide, estimate(wide)) == "sparse weights");
}

TEST_CASE("processing elements share the products that they have alike") {
  mvau unit = stored_unit(4);
  const double apart = part_of(unit, "adder tree").ff;
  for (std::int64_t row = 0; row < unit.mh(); ++row)
    for (std::int64_t column = 0; column < unit.mw(); ++column)
      *unit.weights.at(row * unit.mw() + column) = *unit.weights.at(row / unit.pe * unit.pe * unit.mw() + column);
  CHECK(part_of(unit, "adder tree").ff == apart / unit.pe);
}

TEST_CASE("of many weights some are looked at: the price is as near as they are alike") {
  mvau unit = testing::matrix_unit(16);
  unit.weights = integer_tensor::zeros(signed_type(4), {64, 2048});
  unit.pe = 64;
  unit.simd = 16;
  unit.weight_memory = memory_style::distributed;
  std::mt19937 random(4);
  for (std::int64_t i = 0; i < unit.weights.size(); ++i)
    *unit.weights.at(i) = random() % 4 == 0 ? static_cast<std::int64_t>(random() % 16) - 8 : 0;
  const double some = estimate(unit).total().all_luts();
  mvau part = unit;
  part.weights = integer_tensor::zeros(signed_type(4), {16, 2048});
  for (std::int64_t i = 0; i < part.weights.size(); ++i) *part.weights.at(i) = *unit.weights.at(i);
  part.pe = 16;
  CHECK(some == doctest::Approx(4 * estimate(part).total().all_luts()).epsilon(0.02));
}

TEST_CASE("known weights in LUTs, held out: flip-flops of trained ones are nearly all exact") {
  const std::string folder = SPILLWAY_SOURCE_DIR "/calibration";
  const unit_error_row trained = row_of(unit_errors(folder, "trained-weights-held-out"), "trained_weights");
  CHECK(trained.lut.count == 24);
  CHECK(trained.lut.mean <= 8);
  CHECK(trained.ff.mean <= 0.5);
  const unit_error_row drawn = row_of(unit_errors(folder, "sparse-weights-held-out"), "sparse_weights");
  CHECK(drawn.lut.count == 30);
  CHECK(drawn.lut.mean <= 14);
  CHECK(drawn.ff.mean <= 5);
  CHECK(row_of(unit_errors(folder, "trained-weights"), "trained_weights").ff.exact == 100);
}

TEST_CASE("deep thresholds that stand alone, held out") {
  const std::string folder = SPILLWAY_SOURCE_DIR "/calibration";
  const unit_error_row deep = row_of(unit_errors(folder, "thresholding-deep-held-out"), "deep_thresholding");
  CHECK(deep.lut.count == 14);
  CHECK(deep.lut.mean <= 13);
  CHECK(deep.ff.exact == 100);
}

TEST_CASE("where a stream leaves the accelerator, what counts the beats of its frames is in its price") {
  dataflow flow;
  flow.units.emplace_back(testing::matrix_unit(16));
  flow.streams = streams_of(flow);
  const unit_cost leaving = spillway_cost(flow, flow.streams.back()),
                  entering = spillway_cost(flow, flow.streams.front());
  const double bits = 4 * 16, depth = flow.streams.back().depth;
  REQUIRE(flow.streams.back().to == dataflow_stream::outside);
  CHECK(leaving.ff->amount == bits * depth + depth + 2);  // 16 rows, four at once: four beats
  CHECK(entering.ff->amount == 8 * 4 * depth + depth);
}

TEST_CASE("block RAM holds no bit of a weight that is the same in all words") {
  mvau unit = testing::matrix_unit(16);  // 32 words of 4 * 8 weights of four bits
  unit.pe = 16;
  unit.simd = 64 / 2;  // 2 words of 2048 bits
  const double all = estimate(dataflow_unit(unit)).total().bram18;
  for (std::int64_t row = 0; row < 16; ++row)  // lanes 0 to 15 of every element: the same in both words
    for (std::int64_t lane = 0; lane < 16; ++lane)
      unit.weights.words[static_cast<std::size_t>(row * 64 + 32 + lane)] =
          unit.weights.words[static_cast<std::size_t>(row * 64 + lane)];
  const double half = estimate(dataflow_unit(unit)).total().bram18;
  CHECK(half < all);
  std::fill(unit.weights.words.begin(), unit.weights.words.end(), 3);
  CHECK(estimate(dataflow_unit(unit)).total().bram18 == 0);
}
