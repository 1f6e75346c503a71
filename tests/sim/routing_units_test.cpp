// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/sim/draws.h"
#include "spillway/tests/sim/unit_rig.h"

using namespace spillway;
using namespace spillway::testing;

// The units that only move beats: duplicate, upsample, concat, split, crop.

namespace {

duplicate_streams any_duplicate(int most_bits) {
  duplicate_streams unit{"copy", draw(any_type(most_bits)), between(1, 12), 1, between(1, 4), between(1, 4)};
  unit.pe = static_cast<int>(any_divisor(unit.channels));
  return unit;
}

upsample any_upsample(int most_bits) {
  upsample unit;
  unit.name = "up";
  unit.type = draw(any_type(most_bits));
  unit.height = between(1, 4), unit.width = between(1, 4), unit.channels = between(1, 6);
  unit.factor_h = between(1, 3), unit.factor_w = between(1, 3);
  unit.pe = static_cast<int>(any_divisor(unit.channels));
  return unit;
}

/// Parts of which each is a multiple of PE, and PE.
std::pair<std::vector<std::int64_t>, int> any_parts() {
  const int pe = between(1, 4);
  std::vector<std::int64_t> channels;
  for (int part = between(1, 4); part > 0; --part) channels.push_back(std::int64_t{pe} * between(1, 3));
  return {channels, pe};
}

concat_streams any_concat(int most_bits) {
  const auto [channels, pe] = any_parts();
  return {"join", draw(any_type(most_bits)), channels, pe, between(1, 4)};
}

split_stream any_split(int most_bits) {
  const auto [channels, pe] = any_parts();
  return {"deal", draw(any_type(most_bits)), channels, pe, between(1, 4)};
}

crop any_crop(int most_bits) {
  crop unit;
  unit.name = "crop";
  unit.type = draw(any_type(most_bits));
  unit.top = between(0, 2), unit.bottom = between(0, 2), unit.left = between(0, 2), unit.right = between(0, 2);
  unit.height = unit.top + unit.bottom + between(1, 3), unit.width = unit.left + unit.right + between(1, 3);
  unit.simd = between(1, 3);
  unit.first_channel = std::int64_t{unit.simd} * between(0, 2),
  unit.kept_channels = std::int64_t{unit.simd} * between(1, 2);
  unit.channels = unit.first_channel + unit.kept_channels + std::int64_t{unit.simd} * between(0, 2);
  return unit;
}

/// 3 rows of 4 pixels of 4 channels, of which 2 x 2 pixels and the last two channels stay.
crop small_crop() { return {"crop", signed_type(8), 3, 4, 4, 1, 1, 0, 1, 2, 2, 2}; }

upsample two_by_three() {
  upsample unit{"up", signed_type(8), 2, 3, 2, 2, 3, 2};
  return unit;
}

/// Beats of one lane.
integer_tensor lane(std::vector<std::int64_t> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return integer_tensor::from(signed_type(8), {count, 1}, std::move(values));
}

bool right_end(std::uint64_t beat, std::uint64_t beats) { return beat % beats == beats - 1; }

/// A unit of at least two beats a frame takes TLAST at the end of a frame, and nowhere else, and names itself.
void check_two_frames_tlast(const any_unit& unit) {
  const auto beats = static_cast<std::uint64_t>(ports_of(unit).inputs[0].beats);
  REQUIRE(beats > 1);
  CHECK(refusal(unit, 2, [&](std::uint64_t beat) { return right_end(beat, beats); }) == "");
  CHECK(refusal(unit, 2, [&](std::uint64_t beat) {
          return right_end(beat + 1, beats);
        }).starts_with("unit: TLAST is set in cycle "));
  CHECK(refusal(unit, 2, [&](std::uint64_t beat) {
          return beat == beats - 1;
        }).starts_with("unit: TLAST is missing in cycle "));
}

}  // namespace

TEST_CASE("units that only move beats do what their oracles say, with and without stalls") {
  CHECK(property_holds("duplicate", 200, [] { check_against_oracle(any_duplicate(9)); }));
  CHECK(property_holds("upsample", 200, [] { check_against_oracle(any_upsample(9)); }));
  CHECK(property_holds("concat", 200, [] { check_against_oracle(any_concat(9)); }));
  CHECK(property_holds("split", 200, [] { check_against_oracle(any_split(9)); }));
  CHECK(property_holds("crop", 300, [] { check_against_oracle(any_crop(9)); }));
}

TEST_CASE("units that only move beats do so at any width") {
  CHECK(property_holds("duplicate", 30, [] { check_against_oracle(any_duplicate(300)); }));
  CHECK(property_holds("upsample", 30, [] { check_against_oracle(any_upsample(300)); }));
  CHECK(property_holds("concat", 30, [] { check_against_oracle(any_concat(4096)); }));
  CHECK(property_holds("split", 30, [] { check_against_oracle(any_split(4096)); }));
  CHECK(property_holds("crop", 30, [] { check_against_oracle(any_crop(4096)); }));
}

TEST_CASE("their oracles, by hand") {
  const std::vector in{lane({1, 2, 3, 4})};
  CHECK(evaluate(duplicate_streams{"copy", signed_type(8), 2, 1, 2, 3}, in) == std::vector{in[0], in[0], in[0]});
  CHECK(evaluate(upsample{"up", signed_type(8), 2, 2, 1, 2, 2, 1}, in)[0] ==
        lane({1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}));
  const std::vector two{lane({1, 2, 3, 4}), lane({5, 6})};
  CHECK(evaluate(concat_streams{"join", signed_type(8), {2, 1}, 1, 2}, two)[0] == lane({1, 2, 5, 3, 4, 6}));
  CHECK(evaluate(split_stream{"deal", signed_type(8), {2, 1}, 1, 2}, std::vector{lane({1, 2, 5, 3, 4, 6})}) == two);
  // 2 rows of 3 pixels of 2 channels: the second channel of the last two pixels of the second row.
  CHECK(evaluate(crop{"crop", signed_type(8), 2, 3, 2, 1, 1, 0, 0, 1, 1, 1},
                 std::vector{lane({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})})[0] == lane({10, 12}));
}

TEST_CASE("they move a beat a cycle, and add none") {
  // First frame: the beats, and a cycle for each of the two streams.
  for (const unit_timing& row :
       {unit_timing{"duplicate, 3 vectors of 4 beats", duplicate_streams{"copy", signed_type(8), 8, 2, 3, 2}, 14, 12},
        unit_timing{"duplicate, one beat", duplicate_streams{"copy", signed_type(8), 8, 8, 1, 4}, 3, 1},
        unit_timing{"upsample 2 x 3 x 2 to 4 x 9 x 2, PE = 2", two_by_three(), 38, 36},
        unit_timing{"upsample by 1", upsample{"up", signed_type(8), 2, 3, 2, 1, 1, 1}, 14, 12},
        unit_timing{"concat 4 + 2 + 6, PE = 2, 3 vectors", concat_streams{"join", signed_type(8), {4, 2, 6}, 2, 3}, 20,
                    18},
        unit_timing{"split 4 + 2 + 6, PE = 2, 3 vectors", split_stream{"deal", signed_type(8), {4, 2, 6}, 2, 3}, 20,
                    18},
        // All 24 beats are taken; the last that stays is the one before the last pixel.
        unit_timing{"crop 3 x 4 x 4 to 2 x 2 x 2, SIMD = 2", small_crop(), 24, 24},
        unit_timing{"crop that keeps all", crop{"crop", signed_type(8), 3, 4, 2, 0, 0, 0, 0, 0, 2, 1}, 26, 24}})
    check_timing(row);
}

TEST_CASE("they refuse TLAST in the wrong place, naming themselves") {
  check_two_frames_tlast(duplicate_streams{"copy", signed_type(8), 8, 2, 3, 2});
  check_two_frames_tlast(two_by_three());
  check_two_frames_tlast(concat_streams{"join", signed_type(8), {4, 2}, 2, 3});
  check_two_frames_tlast(split_stream{"deal", signed_type(8), {4, 2}, 2, 3});
  check_two_frames_tlast(
      crop{"crop", signed_type(8), 3, 4, 4, 1, 1, 0, 0, 2, 2, 2});  // the last beat stays: no run ends before it
}

TEST_CASE("illegal ones are refused, with what would be right") {
  CHECK(refusal(duplicate_streams{"copy", signed_type(8), 8, 3, 1, 2}) ==
        "unit.pe = 3 does not divide C = 8; nearest: 2, 4");
  CHECK(refusal(duplicate_streams{"copy", signed_type(8), 8, 2, 1, 0}) == "unit.copies = 0 must be at least 1");
  CHECK(refusal(duplicate_streams{"copy", signed_type(8), 8, 2, 0, 2}) ==
        "unit.vectors_per_frame = 0 must be at least 1");
  upsample up = two_by_three();
  up.factor_h = 0;
  CHECK(refusal(up) == "unit.factor_h = 0 must be at least 1");
  up = two_by_three();
  up.pe = 4;
  CHECK(refusal(up) == "unit.pe = 4 does not divide C = 2; nearest: 2");
  CHECK(refusal(concat_streams{"join", signed_type(8), {4, 3}, 2, 1}) ==
        "unit.pe = 2 does not divide channels[1] = 3; nearest: 1, 3");
  CHECK(refusal(concat_streams{"join", signed_type(8), {}, 1, 1}) ==
        "unit.channels is empty; at least one input is right");
  CHECK(refusal(split_stream{"deal", signed_type(8), {4, 0}, 2, 1}) == "unit.channels[1] = 0 must be at least 1");
  CHECK(refusal(split_stream{"deal", signed_type(8), {}, 1, 1}) ==
        "unit.channels is empty; at least one output is right");
  const auto changed = [](auto&& change) {
    crop unit = small_crop();
    change(unit);
    return refusal(unit);
  };
  CHECK(changed([](crop& u) { u.simd = 4; }) ==
        "unit.simd = 4 does not divide the channels' common divisor = 2; nearest: 2");
  CHECK(changed([](crop& u) { u.bottom = 2; }) == "unit cuts 3 of 3 rows; right: 2 at most");
  CHECK(changed([](crop& u) { u.bottom = 1; }) == "");
  CHECK(changed([](crop& u) { u.right = 3; }) == "unit cuts 4 of 4 columns; right: 3 at most");
  CHECK(changed([](crop& u) { u.first_channel = 3; }) == "unit keeps channels 3 to 4 of 4; right: up to 3");
  CHECK(changed([](crop& u) { u.top = -1; }) == "unit.top = -1 must be at least 0");
}
