// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/bands.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "spillway/calibration/bands.h"
#include "spillway/calibration/site_shares.h"
#include "spillway/resource/error_bands.h"
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
  CHECK(header.str() == bands_header(measured_units(folder, "held-out")));
}

TEST_CASE("a band surrounds what was counted: an estimate that is too high means less, one too low means more") {
  const network_cost cost = spillway_cost(a_network(16));
  const auto band = lut_band(cost);
  REQUIRE(band);
  CHECK(error_bands::held_out_units >= 60);
  CHECK(error_bands::luts.p5 < error_bands::luts.p95);
  CHECK(band->low < band->high);
  // Back again: the estimate is p95 percent above the lower end, and p5 percent above (below) the upper one.
  CHECK(100 * (cost.luts / band->low - 1) == doctest::Approx(error_bands::luts.p95));
  CHECK(100 * (cost.luts / band->high - 1) == doctest::Approx(error_bands::luts.p5));
  // A unit's own is of the same shape: the network's has its streams besides.
  CHECK(lut_band(cost.units[0])->low / cost.units[0].luts.amount == doctest::Approx(band->low / cost.luts));
  CHECK(to_text(cost).find("by the 5th and 95th percentile of held-out errors") != std::string::npos);
  CHECK(nlohmann::json::parse(to_json(cost))["total"]["luts_band"][0] == band->low);
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
  for (std::size_t kind = 0; kind < fitted.size(); ++kind)
    CHECK(fitted_costs::site_shares[kind] == doctest::Approx(fitted[kind]).epsilon(0.02));
  const network_cost cost = spillway_cost(a_network(16));
  CHECK(cost.used.sites > cost.used.lutram + cost.used.srl);
  CHECK(cost.used.sites < 1.5 * cost.luts);
  CHECK(to_text(cost).find("LUT6 Sites, packed") != std::string::npos);
}
