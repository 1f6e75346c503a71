// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "spillway/models/numbers/big_int.h"
#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/sim/draws.h"
#include "spillway/tests/sim/unit_rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

padding any_padding(int most_bits) {
  padding unit;
  unit.name = "pad";
  unit.type = draw(any_type(most_bits));
  unit.height = between(1, 5), unit.width = between(1, 5), unit.channels = between(1, 6);
  unit.top = between(0, 2), unit.left = between(0, 2), unit.bottom = between(0, 2), unit.right = between(0, 2);
  unit.stride_h = between(1, 3), unit.stride_w = between(1, 3);
  unit.simd = static_cast<int>(any_divisor(unit.channels));
  unit.value = unit.type.is_bipolar ? -1 : between(0, unit.type.is_signed ? 0 : 1);
  if (unit.type.is_signed && between(0, 1) == 1) unit.value = -1;
  return unit;
}

padding square() {
  padding unit;
  unit.name = "pad";
  unit.height = unit.width = 4, unit.channels = 2;
  unit.top = unit.left = unit.bottom = unit.right = 1;
  return unit;
}

}  // namespace

TEST_CASE("a padded frame is what its oracle says, with and without stalls") {
  CHECK(property_holds("narrow", 400, [] { check_against_oracle(any_padding(9)); }));
  CHECK(property_holds("wide", 60, [] { check_against_oracle(any_padding(300)); }));
}

TEST_CASE("the oracle of padding, by hand") {
  padding unit;
  unit.name = "pad";
  unit.type = signed_type(8);
  unit.height = 1, unit.width = 2, unit.channels = 2, unit.simd = 2;
  unit.left = 1, unit.bottom = 1, unit.stride_w = 2, unit.value = -7;
  const integer_tensor in = integer_tensor::from(unit.type, {2, 2}, {1, 2, 3, 4});
  const std::vector<std::int64_t> out{-7, -7, 1, 2, -7, -7, 3, 4, -7, -7, -7, -7, -7, -7, -7, -7};
  CHECK(evaluate(unit, std::vector{in})[0] == integer_tensor::from(unit.type, {8, 2}, out));
}

TEST_CASE("padding takes a cycle for each beat that it sends, and 1 for its stream") {
  padding nothing = square(), folded = square(), zeros_between = square();
  nothing.top = nothing.left = nothing.bottom = nothing.right = 0;
  folded.simd = 2;
  zeros_between.stride_h = 2, zeros_between.stride_w = 3, zeros_between.simd = 2;
  for (const unit_timing& row :
       {unit_timing{"4 x 4 x 2 to 6 x 6 x 2, SIMD = 1", square(), 73, 72}, unit_timing{"SIMD = 2", folded, 37, 36},
        unit_timing{"9 x 12, zeros between", zeros_between, 109, 108}})
    check_timing(row);
  // Without a border in front, its first beat is the first one of the source: a cycle later.
  check_timing({"nothing to add", nothing, 34, 32});
}

TEST_CASE("padding in front of a frame goes out before the frame is there") {
  const unit_run run = run_unit(square(), plain_beats(square().ports(), 1));
  CHECK(run.beat_cycles[0][0] == 1);
  CHECK(run.activity[0].starved == 0);
}

TEST_CASE("padding refuses TLAST in the wrong place, naming itself") {
  CHECK(refusal(square(), 2, [](std::uint64_t beat) { return beat % 32 == 31; }) == "");
  CHECK(refusal(square(), 2, [](std::uint64_t beat) {
          return beat % 32 == 30;
        }).starts_with("unit: TLAST is set in cycle "));
  const std::string missing = refusal(square(), 2, [](std::uint64_t beat) { return beat == 31; });
  CHECK(missing.starts_with("unit: TLAST is missing in cycle "));
  CHECK(missing.find("at beat 31 of 32 of frame 1") != std::string::npos);
}

TEST_CASE("illegal paddings are refused, with what would be right") {
  const auto message = [](auto&& change) {
    padding unit = square();
    change(unit);
    return refusal(unit);
  };
  CHECK(message([](padding& u) { u.simd = 3; }) == "unit.simd = 3 does not divide C = 2; nearest: 2");
  CHECK(message([](padding& u) { u.top = -1; }) == "unit.top = -1 must be at least 0");
  CHECK(message([](padding& u) { u.height = 0; }) == "unit.height = 0 must be at least 1");
  CHECK(message([](padding& u) { u.stride_w = 0; }) == "unit.stride_w = 0 must be at least 1");
  CHECK(message([](padding& u) { u.value = 128; }) == "unit.value = 128 is not a value of INT8; nearest: 127");
  CHECK(message([](padding& u) { u.value = -129; }) == "unit.value = -129 is not a value of INT8; nearest: -128");
  CHECK(message([](padding& u) { u.type = bipolar_type(); }) ==
        "unit.value = 0 is not a value of BIPOLAR; nearest: -1, 1");
  CHECK(message([](padding& u) { u.value = 127; }) == "");
}
