// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <numeric>

#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/sim/draws.h"
#include "spillway/tests/sim/unit_rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

width_converter converter(int from, int to, std::int64_t elements) {
  width_converter unit;
  unit.name = "dwc";
  unit.type = signed_type(8);
  unit.from = from, unit.to = to, unit.elements = elements;
  return unit;
}

width_converter any_converter(int most_bits) {
  const int from = between(1, 9), to = between(1, 9);
  width_converter unit = converter(from, to, std::lcm(from, to) * between(1, 3));
  unit.type = draw(any_type(most_bits));
  return unit;
}

}  // namespace

TEST_CASE("a width converter changes nothing but where beats begin, with and without stalls") {
  CHECK(property_holds("narrow", 400, [] { check_against_oracle(any_converter(9)); }));
  CHECK(property_holds("wide", 60, [] { check_against_oracle(any_converter(300)); }));
}

TEST_CASE("the oracle of a width converter, by hand") {
  const width_converter unit = converter(2, 3, 6);
  const integer_tensor in = integer_tensor::from(unit.type, {3, 2}, {1, 2, 3, 4, 5, 6});
  CHECK(evaluate(unit, std::vector{in})[0] == integer_tensor::from(unit.type, {2, 3}, {1, 2, 3, 4, 5, 6}));
}

TEST_CASE("a width converter moves a beat of its narrower side a cycle, and keeps one for a cycle") {
  // First frame: the source's first beat is seen in cycle 1; the last beat leaves in the cycle after its last element
  // was taken, or, where beats become narrower, after those in front of it.
  for (const unit_timing& row : {unit_timing{"1 to 4, 8 elements", converter(1, 4, 8), 11, 8},
                                 unit_timing{"4 to 1, 8 elements", converter(4, 1, 8), 11, 8},
                                 unit_timing{"3 to 3, a register", converter(3, 3, 12), 7, 4},
                                 unit_timing{"2 to 3, 12 elements", converter(2, 3, 12), 9, 6},
                                 unit_timing{"3 to 2, 12 elements", converter(3, 2, 12), 9, 6},
                                 unit_timing{"7 to 5, 70 elements", converter(7, 5, 70), 17, 14},
                                 unit_timing{"5 to 7, 70 elements", converter(5, 7, 70), 17, 14}})
    check_timing(row);
}

TEST_CASE("a width converter of any ratio keeps the pace of its narrower side over frames") {
  for (int from = 1; from <= 12; ++from)
    for (int to = 1; to <= 12; ++to) {
      CAPTURE(from);
      CAPTURE(to);
      const width_converter unit = converter(from, to, std::lcm(from, to));
      const unit_run run = run_unit(unit, plain_beats(unit.ports(), 6));
      const auto beats = static_cast<std::size_t>(unit.ports().outputs[0].beats);
      for (std::size_t frame = 1; frame < 6; ++frame)
        REQUIRE(run.beat_cycles[0][(frame + 1) * beats - 1] - run.beat_cycles[0][frame * beats - 1] ==
                static_cast<std::uint64_t>(unit.cycles_per_frame()));
    }
}

TEST_CASE("a width converter holds no more than it must") {
  CHECK(converter(2, 8, 8).capacity() == 8);
  CHECK(converter(8, 2, 8).capacity() == 8);
  CHECK(converter(2, 3, 6).capacity() == 4);
  CHECK(converter(6, 4, 12).capacity() == 8);
}

TEST_CASE("a width converter refuses TLAST in the wrong place, naming itself") {
  const width_converter unit = converter(2, 3, 12);
  CHECK(refusal(unit, 2, [](std::uint64_t beat) { return beat % 6 == 5; }) == "");
  CHECK(refusal(unit, 2, [](std::uint64_t beat) { return beat % 6 == 4; }).starts_with("unit: TLAST is set in cycle "));
  CHECK(refusal(unit, 2, [](std::uint64_t) { return false; }).starts_with("unit: TLAST is missing in cycle "));
}

TEST_CASE("illegal width converters are refused, with what would be right") {
  CHECK(refusal(converter(2, 5, 12)) == "unit.to = 5 does not divide elements = 12; nearest: 4, 6");
  CHECK(refusal(converter(0, 3, 12)) == "unit.from = 0 does not divide elements = 12; nearest: 1");
  CHECK(refusal(converter(1, 1, 0)) == "unit.elements = 0 must be at least 1");
}
