// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/bands.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "spillway/calibration/bands.h"
#include "spillway/calibration/site_shares.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/spillway_model.h"
#include "spillway/tests/resource/matrix_unit.h"

// How far an estimate may be off, as the held-out results say.

using namespace spillway;

namespace {

dataflow a_network(int accumulator_bits) {
  dataflow flow;
  flow.name = "one";
  flow.units = {testing::matrix_unit(accumulator_bits)};
  return flow;
}

}  // namespace

TEST_CASE("resource/error_bands.h is what the held-out results say; if not: cost_errors calibration --bands") {
  std::ostringstream header;
  header << std::ifstream(SPILLWAY_SOURCE_DIR "/resource/error_bands.h").rdbuf();
  const std::string folder = SPILLWAY_SOURCE_DIR "/calibration";
  CHECK(header.str() == bands_header(folder));
}

TEST_CASE("a band surrounds what was counted: an estimate that is too high means less, one too low means more") {
  const network_cost cost = spillway_cost(a_network(16));
  const unit_cost& unit = cost.units[0];
  const auto band = lut_band(unit);
  const auto errors = measured_lut_errors("mvau");
  REQUIRE(band);
  REQUIRE(errors);
  CHECK(errors->p5 < errors->p95);
  CHECK(band->low < band->high);
  // Back again: the estimate is p95 percent above the lower end, and p5 percent above (below) the upper one.
  CHECK(100 * (unit.luts.amount / band->low - 1) == doctest::Approx(errors->p95));
  CHECK(100 * (unit.luts.amount / band->high - 1) == doctest::Approx(errors->p5));
  CHECK(to_text(cost).find("by the 5th and 95th percentile of held-out errors") != std::string::npos);
  CHECK(nlohmann::json::parse(to_json(cost))["total"]["luts_band"][0] == lut_band(cost)->low);
}

TEST_CASE("a band is of its kind of unit, and that of a network is the sum of its units'") {
  const network_cost cost = spillway_cost(a_network(16));
  double low = 0, high = 0;
  for (const unit_cost& unit : cost.units) {
    low += lut_band(unit)->low;
    high += lut_band(unit)->high;
  }
  CHECK(lut_band(cost)->low == doctest::Approx(low));
  CHECK(lut_band(cost)->high == doctest::Approx(high));
  const auto matrix = measured_lut_errors("mvau"), padding = measured_lut_errors("padding");
  REQUIRE(matrix);
  REQUIRE(padding);
  CHECK(matrix->p5 != padding->p5);
  CHECK_FALSE(measured_lut_errors("no such kind"));
}

TEST_CASE("percents are of fifty LUTs at least: of a unit of five they say nothing") {
  const value_band small = band_of(5, {-10, 10}), large = band_of(500, {-10, 10});
  CHECK(small.low == doctest::Approx(0));
  CHECK(small.high == doctest::Approx(10));
  CHECK(large.low == doctest::Approx(500 / 1.1));
  CHECK(large.high == doctest::Approx(500 / 0.9));
  // Where both say the same they meet.
  CHECK(band_of(55, {-10, 10}).low == doctest::Approx(50));
}

TEST_CASE("outside of the calibrated box there is no band, and text and JSON name the unit") {
  const network_cost cost = spillway_cost(a_network(48));
  CHECK_FALSE(lut_band(cost));
  CHECK_FALSE(ff_band(cost.units[0]));
  CHECK(to_text(cost).find("outside of what was calibrated, the errors are not known: MVAU_0\n") != std::string::npos);
  const auto json = nlohmann::json::parse(to_json(cost));
  CHECK(json["outside_calibration"] == std::vector<std::string>{"MVAU_0"});
  CHECK(json["total"]["luts_band"].is_null());
  CHECK(json["units"][0]["calibrated"] == false);
}

TEST_CASE("the shares of sites in resource/fitted.h are those that calibration gives; if not: cost_errors --sites") {
  const std::string folder = SPILLWAY_SOURCE_DIR "/calibration";
  const auto fitted = fitted_site_shares(measured_units(folder, "calibration"));
  for (std::size_t kind = 0; kind < fitted.of.size(); ++kind)
    CHECK(fitted_costs::site_shares[kind] == doctest::Approx(fitted.of[kind]).epsilon(0.02));
  CHECK(fitted_costs::six_input_sites == doctest::Approx(fitted.six_inputs).epsilon(0.02));
  const network_cost cost = spillway_cost(a_network(16));
  CHECK(cost.used.sites > cost.used.lutram + cost.used.srl);
  CHECK(cost.used.sites < 1.5 * cost.luts);
  CHECK(to_text(cost).find("LUT cells, unpacked") != std::string::npos);
}
