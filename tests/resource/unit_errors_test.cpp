// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/unit_errors.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

// The rules of units without accumulators, and of streams, against what synthesis counted (calibration/results).

using namespace spillway;

namespace {

std::vector<unit_error_row> rows_of(const std::string& list) {
  const std::string folder = SPILLWAY_SOURCE_DIR "/calibration";
  return unit_errors(folder, list);
}

}  // namespace

TEST_CASE("registers and memory of the units' grids are exact, LUTs near") {
  const std::vector<unit_error_row> rows = rows_of("unit-grids");
  REQUIRE(rows.size() == 18);  // seventeen kinds, and all of them
  for (const unit_error_row& row : rows) {
    CAPTURE(row.kind);
    CHECK(row.ff.exact >= 90);
    CHECK(row.memory_exact >= 95);
    CHECK(row.lut.mean <= 15);
  }
  const unit_error_row& all = rows.back();
  MESSAGE("LUT: mean " << all.lut.mean << "%, " << all.mean_luts << " LUTs a unit; FF exact " << all.ff.exact << "%");
  CHECK(all.lut.count >= 500);
  CHECK(all.ff.exact >= 99);
  CHECK(all.memory_exact >= 99);
  CHECK(all.lut.mean <= 6);
}

TEST_CASE("units drawn at random: registers and memory are exact, too") {
  const std::vector<unit_error_row> rows = rows_of("units");
  REQUIRE(rows.size() >= 3);
  CHECK(rows.back().lut.count == 222);
  for (const unit_error_row& row : rows) {
    CAPTURE(row.kind);
    CHECK(row.ff.exact >= 95);
    CHECK(row.memory_exact >= 95);
    CHECK((row.lut.mean <= 10 || row.mean_luts <= 10));  // percents say little of a unit of five LUTs
  }
}

TEST_CASE("constant weights and DSPs: registers, memory and DSPs of held-out units are exact, LUTs near") {
  for (const char* list : {"constant-held-out", "dsp-held-out"}) {
    CAPTURE(list);
    const std::vector<unit_error_row> rows = rows_of(list);
    REQUIRE(rows.size() == 2);
    CHECK(rows.back().lut.count >= 16);
    CHECK(rows.back().lut.mean <= 5);
    CHECK(rows.back().lut.max <= 20);
    CHECK(rows.back().ff.exact == 100);
    CHECK(rows.back().memory_exact == 100);
    CHECK(rows.back().dsp_exact == 100);
  }
}

TEST_CASE("no held-out unit is in a list that anything was worked out on") {
  const auto units_of = [](const std::string& list) {
    std::set<std::string> units;
    for (const synthesis_point& point : read_points(SPILLWAY_SOURCE_DIR "/calibration/points/" + list + ".jsonl")) {
      auto what = nlohmann::json::parse(point.spec);
      what.erase("name");
      units.insert(what.dump());
    }
    return units;
  };
  const std::set<std::string> units = units_of("units"), grids = units_of("unit-grids");
  CHECK(grids.size() >= 500);
  for (const std::string& held : units_of("units-held-out")) {
    CAPTURE(held);
    CHECK_FALSE(units.contains(held));
    CHECK_FALSE(grids.contains(held));
  }
}

TEST_CASE("deep thresholds and those of trained networks: held-out units are near, memory nearly always exact") {
  const std::vector<unit_error_row> rows = rows_of("thresholds-held-out");
  REQUIRE(rows.size() == 3);
  CHECK(rows.back().lut.count == 46);
  for (const unit_error_row& row : rows) {
    CAPTURE(row.kind);
    CHECK(row.lut.mean <= 10);
    CHECK(row.lut.p90 <= 30);
    CHECK(row.ff.mean <= 2);
    CHECK(row.memory_exact >= 89);
  }
}
