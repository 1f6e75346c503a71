// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/slopes.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "spillway/models/support/error.h"

// What a bit costs: the stored sweeps, the model beside them, and the tables of docs/cost-model.md.

using namespace spillway;

namespace {

std::vector<measured_unit> swept_units() {
  const std::string folder = SPILLWAY_SOURCE_DIR "/calibration";
  return measured_units(folder, "slopes");
}

}  // namespace

// With `-s`, doctest prints the tables as they should stand in the page.
TEST_CASE("docs/cost-model.md has the slopes that tools/cost-slopes prints") {
  const std::vector<measured_unit> units = swept_units();
  CHECK(units.size() >= 46);
  const std::vector<width_sweep> sweeps = width_sweeps(units);
  CHECK(sweeps.size() == 6);
  std::ostringstream page;
  page << std::ifstream(SPILLWAY_SOURCE_DIR "/docs/cost-model.md").rdbuf();
  for (const std::string& table : {slope_table(sweeps), ratio_table(sweeps), part_table(units)}) {
    INFO(table);
    CHECK(page.str().find(table) != std::string::npos);
  }
}

TEST_CASE("a modelled slope is within 5% of the measured one; FINN's is twice as steep where there are thresholds") {
  for (const width_sweep& sweep : width_sweeps(swept_units())) {
    CAPTURE(sweep.name);
    const double measured = sweep.slope(&swept_point::measured);
    CHECK(std::abs(sweep.slope(&swept_point::modelled) / measured - 1) < 0.05);
    if (sweep.variable == 'P' && sweep.name != "p_without_thresholds")
      CHECK(sweep.slope(&swept_point::finn) > 2 * measured);
  }
}

TEST_CASE("the slope of a line is its slope, and a width that was not swept is refused") {
  width_sweep line{"p", 'P', {{8, 100, 0, 0}, {10, 106, 0, 0}, {16, 124, 0, 0}}};
  CHECK(line.slope(&swept_point::measured) == doctest::Approx(3));
  line.points[1].measured += 3;
  CHECK(line.slope(&swept_point::measured) != doctest::Approx(3));
  CHECK(line.at(10).measured == 109);
  CHECK_THROWS_WITH_AS(line.at(12), "sweep p: no point of 12 bits", config_error);
}
