// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/sim/draws.h"
#include "spillway/tests/sim/unit_rig.h"

using namespace spillway;
using namespace spillway::testing;

// The units that add and compare: add, pool, global sum, label selection.

namespace {

/// A type that holds [low, high], the smallest or a wider one.
integer_type type_for(const big_int& low, const big_int& high) {
  const bool is_signed = low < 0 || between(0, 1) == 1;
  return {bits_for(low, high, is_signed) + (between(0, 1) == 1 ? 0 : between(0, 70)), is_signed, false};
}

add_streams any_add(int most_bits) {
  add_streams unit;
  unit.name = "add";
  unit.a_type = draw(any_type(most_bits)), unit.b_type = draw(any_type(most_bits));
  const auto factor = [] { return between(0, 2) > 0 ? 1 : between(0, 1) == 1 ? between(1, 1000) : -between(1, 1000); };
  unit.a_factor = factor(), unit.b_factor = factor();
  const big_int a[] = {min_value(unit.a_type) * unit.a_factor, max_value(unit.a_type) * unit.a_factor},
                b[] = {min_value(unit.b_type) * unit.b_factor, max_value(unit.b_type) * unit.b_factor};
  unit.output_type = type_for(std::min(a[0], a[1]) + std::min(b[0], b[1]), std::max(a[0], a[1]) + std::max(b[0], b[1]));
  unit.channels = between(1, 8), unit.vectors_per_frame = between(1, 5);
  unit.pe = static_cast<int>(any_divisor(unit.channels));
  return unit;
}

pool any_pool(int most_bits) {
  pool unit;
  unit.name = "pool";
  unit.input_type = draw(any_type(most_bits));
  unit.kind = between(0, 1) == 1 ? pool_kind::max : pool_kind::sum;
  unit.channels = between(1, 6), unit.window = between(1, 9), unit.vectors_per_frame = between(1, 4);
  unit.shift = unit.kind == pool_kind::max ? 0 : between(0, between(0, 1) == 1 ? 4 : 130);
  unit.pe = static_cast<int>(any_divisor(unit.channels));
  const std::int64_t addends = unit.kind == pool_kind::max ? 1 : unit.window;  // shifted sums need no more than sums
  unit.output_type = type_for(min_value(unit.input_type) * addends, max_value(unit.input_type) * addends);
  if (unit.kind == pool_kind::max && between(0, 2) == 0) unit.output_type = unit.input_type;  // bipolar ones, too
  return unit;
}

global_accumulate any_global(int most_bits) {
  global_accumulate unit;
  unit.name = "gap";
  unit.input_type = draw(any_type(most_bits));
  unit.channels = between(1, 6), unit.positions = between(1, 12);
  unit.pe = static_cast<int>(any_divisor(unit.channels));
  unit.output_type = type_for(min_value(unit.input_type) * unit.positions, max_value(unit.input_type) * unit.positions);
  return unit;
}

label_select any_label_select(int most_bits) {
  label_select unit;
  unit.name = "top";
  unit.input_type = draw(any_type(most_bits));
  unit.labels = between(1, 20);
  unit.k = between(1, static_cast<int>(unit.labels));
  unit.pe = static_cast<int>(any_divisor(unit.labels));
  unit.output_type = type_for(0, unit.labels - 1);
  return unit;
}

const integer_type int8 = signed_type(8);

add_streams plain_add() { return {"add", int8, unsigned_type(4), signed_type(9), 8, 2, 3}; }
pool plain_pool(pool_kind kind, std::int64_t window) {
  return {"pool", int8, signed_type(12), kind, 4, window, 1, 2, 3};
}
global_accumulate plain_global() { return {"gap", int8, signed_type(12), 4, 9, 2}; }
label_select plain_label_select() { return {"top", int8, unsigned_type(4), 10, 3, 2}; }

integer_tensor beats_of(integer_type type, std::int64_t lanes, std::vector<std::int64_t> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return integer_tensor::from(type, {count / lanes, lanes}, std::move(values));
}

void check_tlast(const any_unit& unit) {
  const auto beats = static_cast<std::uint64_t>(ports_of(unit).inputs[0].beats);
  CHECK(refusal(unit, 2, [&](std::uint64_t beat) { return beat % beats == beats - 1; }) == "");
  CHECK(refusal(unit, 2, [&](std::uint64_t beat) {
          return beat % beats == beats - 2;
        }).starts_with("unit: TLAST is set in cycle "));
  CHECK(refusal(unit, 2, [&](std::uint64_t beat) {
          return beat == beats - 1;
        }).starts_with("unit: TLAST is missing in cycle "));
}

}  // namespace

TEST_CASE("units that add and compare do what their oracles say, with and without stalls") {
  CHECK(property_holds("add", 300, [] { check_against_oracle(any_add(9)); }));
  CHECK(property_holds("pool", 400, [] { check_against_oracle(any_pool(9)); }));
  CHECK(property_holds("global sum", 300, [] { check_against_oracle(any_global(9)); }));
  CHECK(property_holds("label selection", 300, [] { check_against_oracle(any_label_select(4)); }));
}

TEST_CASE("units that add and compare do so at any width") {
  CHECK(property_holds("add", 100, [] { check_against_oracle(any_add(200)); }));
  CHECK(property_holds("pool", 100, [] { check_against_oracle(any_pool(200)); }));
  CHECK(property_holds("global sum", 100, [] { check_against_oracle(any_global(200)); }));
  CHECK(property_holds("label selection", 100, [] { check_against_oracle(any_label_select(200)); }));
  CHECK(property_holds("very wide", 10, [] {
    check_against_oracle(any_add(4000));
    check_against_oracle(any_pool(4000));
    check_against_oracle(any_global(4000));
    check_against_oracle(any_label_select(4096));
  }));
}

TEST_CASE("their oracles, by hand") {
  const add_streams add{"add", int8, unsigned_type(4), signed_type(9), 2, 1, 1};
  CHECK(evaluate(add, std::vector{beats_of(int8, 1, {-128, 127}), beats_of(unsigned_type(4), 1, {1, 15})})[0] ==
        beats_of(signed_type(9), 1, {-127, 142}));
  const std::vector windows{beats_of(int8, 2, {1, -5, 2, -6, -3, -7})};
  CHECK(evaluate(pool{"pool", int8, int8, pool_kind::max, 2, 3, 0, 2, 1}, windows)[0] == beats_of(int8, 2, {2, -5}));
  CHECK(evaluate(pool{"pool", int8, signed_type(10), pool_kind::sum, 2, 3, 2, 2, 1}, windows)[0] ==
        beats_of(signed_type(10), 2, {0, -5}));  // -18 / 4, rounded down
  CHECK(evaluate(global_accumulate{"gap", int8, signed_type(10), 2, 3, 1},
                 std::vector{beats_of(int8, 1, {1, -5, 2, -6, -3, -7})})[0] == beats_of(signed_type(10), 1, {0, -18}));
  CHECK(evaluate(label_select{"top", int8, unsigned_type(3), 6, 4, 2},
                 std::vector{beats_of(int8, 2, {3, 9, 9, -1, 3, 4})})[0] ==
        beats_of(unsigned_type(3), 4, {1, 2, 5, 0}));
}

TEST_CASE("they take a beat a cycle, and one more for the result") {
  // First frame: the beats, 1 for the result, and a cycle for each of the two streams.
  for (const unit_timing& row :
       {unit_timing{"add, 3 vectors of 4 beats", plain_add(), 15, 12},
        unit_timing{"maxima of 4, 3 vectors of 2 folds", plain_pool(pool_kind::max, 4), 27, 24},
        unit_timing{"sums of 1", plain_pool(pool_kind::sum, 1), 9, 6},
        unit_timing{"global sum, 9 positions of 2 beats", plain_global(), 21, 18},
        unit_timing{"3 of 10 labels, 2 a beat", plain_label_select(), 8, 5},
        unit_timing{"all labels in a beat", label_select{"top", int8, unsigned_type(4), 10, 1, 10}, 4, 1}})
    check_timing(row);
}

TEST_CASE("the sums of a frame leave while its last position arrives") {
  const unit_run run = run_unit(plain_global(), plain_beats(plain_global().ports(), 3));
  // 18 beats a frame, seen from cycle 1 on; the last two bring a result each, sent in the next cycle.
  for (std::size_t frame = 0; frame < 3; ++frame) {
    CHECK(run.beat_cycles[0][2 * frame] == 18 * (frame + 1) + 1);
    CHECK(run.beat_cycles[0][2 * frame + 1] == 18 * (frame + 1) + 2);
  }
  CHECK(run.activity[0].working == 54);
}

TEST_CASE("they refuse TLAST in the wrong place, naming themselves") {
  check_tlast(plain_add());
  check_tlast(plain_pool(pool_kind::max, 4));
  check_tlast(plain_global());
  check_tlast(plain_label_select());
}

TEST_CASE("illegal ones are refused, with what would be right") {
  add_streams add = plain_add();
  add.output_type = int8;
  CHECK(refusal(add) == "unit.output_type INT8 does not hold the sums -128 to 142; nearest: INT9");
  add = plain_add();
  add.pe = 3;
  CHECK(refusal(add) == "unit.pe = 3 does not divide C = 8; nearest: 2, 4");
  add = plain_add();
  add.a_factor = 0;
  CHECK(refusal(add) == "unit multiplies by 0; nearest: -1, 1");
  add.a_factor = std::int64_t{1} << 31;
  CHECK(refusal(add) == "unit multiplies by 2147483648; nearest: 2147483647");
  add.a_factor = -2;
  CHECK(refusal(add) == "unit.output_type INT9 does not hold the sums -254 to 271; nearest: INT10");

  pool reduced = plain_pool(pool_kind::max, 4);
  reduced.output_type = unsigned_type(8);
  CHECK(refusal(reduced) == "unit.output_type UINT8 does not hold the maxima -128 to 127; nearest: INT8");
  reduced = plain_pool(pool_kind::sum, 16);
  CHECK(refusal(reduced) == "");
  reduced.window = 17, reduced.shift = 0;
  CHECK(refusal(reduced) == "unit.output_type INT12 does not hold the shifted sums -2176 to 2159; nearest: INT13");
  reduced.shift = 1;
  CHECK(refusal(reduced) == "");
  reduced.shift = -1;
  CHECK(refusal(reduced) == "unit.shift = -1 must be at least 0");

  global_accumulate sums = plain_global();
  sums.positions = 17;
  CHECK(refusal(sums) == "unit.output_type INT12 does not hold the sums -2176 to 2159; nearest: INT13");

  label_select labels = plain_label_select();
  labels.k = 11;
  CHECK(refusal(labels) == "unit.k = 11 is more than labels = 10; nearest: 10");
  labels.k = 1, labels.output_type = unsigned_type(3);
  CHECK(refusal(labels) == "unit.output_type UINT3 does not hold the labels 0 to 9; nearest: UINT4");
  labels.pe = 4;
  CHECK(refusal(labels) == "unit.pe = 4 does not divide labels = 10; nearest: 2, 5");
}
