// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/estimate.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "spillway/calibration/errors.h"
#include "spillway/calibration/network_errors.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/spillway_model.h"
#include "spillway/tests/resource/matrix_unit.h"

// Spillway's own cost model against what synthesis counted (calibration/results), and its trees.

using namespace spillway;
using testing::matrix_unit;

namespace {

std::vector<measured_unit> measured(const std::string& list) {
  const std::string folder = SPILLWAY_SOURCE_DIR "/calibration";
  return measured_units(folder, list);
}

}  // namespace

TEST_CASE("held-out points: the errors that docs/cost-model.md states, and less than half of the trivial re-fit's") {
  const std::vector<measured_unit> held_out = measured("held-out");
  REQUIRE(held_out.size() >= 100);
  REQUIRE(measured("calibration").size() >= 100);
  const error_summary luts = summarise(held_out, modelled_luts, counted_luts);
  MESSAGE("LUT: mean " << luts.mean << "%, 90th percentile " << luts.p90 << "%, max " << luts.max << "%");
  CHECK(luts.mean <= 5);
  CHECK(luts.p90 <= 10);
  CHECK(luts.max <= 20);
  const trivial_refit refit(measured("calibration"));
  CHECK(luts.mean <= summarise(held_out, refit, counted_luts).mean / 2);
  const error_summary ff = summarise(held_out, modelled(&resources::ff), counted(&resources::ff));
  CHECK(ff.mean <= 1);
  CHECK(ff.exact >= 95);
  CHECK(summarise(held_out, modelled(&resources::lutram), counted(&resources::lutram)).exact == 100);
  CHECK(summarise(held_out, modelled(&resources::bram18), counted(&resources::bram18)).exact == 100);
}

TEST_CASE("the lists have no value of P, SIMD or SF in common, and nothing is in both") {
  const auto points = [](const char* list) {
    return read_points(SPILLWAY_SOURCE_DIR "/calibration/points/" + std::string(list) + ".jsonl");
  };
  const std::vector<synthesis_point> calibration = points("calibration");
  CHECK(calibration.size() >= 100);
  for (const synthesis_point& held : points("held-out")) {
    if (held.stratum != "A") continue;
    const mvau& a = std::get<mvau>(std::get<dataflow_unit>(held.what));
    for (const synthesis_point& point : calibration) {
      const mvau* b = std::get_if<mvau>(&std::get<dataflow_unit>(point.what));
      if (b == nullptr) continue;
      CHECK(a.accumulator.bits != b->accumulator.bits);
      CHECK(a.simd != b->simd);
      CHECK(a.sf() != b->sf());
    }
  }
}

TEST_CASE("a bit of accumulator costs a LUT and a flip-flop a processing element, until it cuts the sums") {
  const resources wide = estimate(matrix_unit(24)).total(), wider = estimate(matrix_unit(25)).total();
  CHECK(wider.luts - wide.luts == 4);
  CHECK(wider.ff - wide.ff == 4);
  CHECK(wider.bram18 == wide.bram18);
  // 8 lanes of 4 x 4 bits need 11: below, each adder that is cut saves more.
  CHECK(estimate(matrix_unit(10)).total().luts - estimate(matrix_unit(9)).total().luts > 4);
}

TEST_CASE("the tree of terms adds up to the unit, and beyond calibration an estimate says so") {
  const unit_cost cost = spillway_cost(dataflow_unit(matrix_unit(16)));
  const resources total = estimate(matrix_unit(16)).total();
  CHECK(cost.luts.amount == total.all_luts());
  REQUIRE(cost.ff);
  CHECK(cost.ff->amount == total.ff);
  double sum = 0;
  for (const cost_term& leaf : leaves(cost.luts)) sum += leaf.amount;
  CHECK(sum == doctest::Approx(total.all_luts()));
  CHECK(estimate(matrix_unit(16)).is_calibrated);
  CHECK_FALSE(estimate(matrix_unit(48)).is_calibrated);
}

TEST_CASE("constant weights: registers and adders of the graph are what synthesis counted") {
  const std::vector<measured_unit> units = measured("constant");
  REQUIRE(units.size() >= 16);
  CHECK(summarise(units, modelled(&resources::ff), counted(&resources::ff)).exact >= 90);
  CHECK(summarise(units, modelled(&resources::srl), counted(&resources::srl)).exact >= 90);
  CHECK(summarise(units, modelled(&resources::carry), counted(&resources::carry)).exact >= 90);
  CHECK(summarise(units, modelled_luts, counted_luts).median <= 1);
}

TEST_CASE("a DSP a product, where products have nine bits") {
  mvau unit = matrix_unit(24);
  unit.multipliers = multiplier_style::dsp;
  unit.input_type = unsigned_type(5);
  unit.weights.type = signed_type(4);
  CHECK(estimate(unit).total().dsp == static_cast<double>(unit.pe) * unit.simd);
  unit.input_type = unsigned_type(4);
  CHECK(estimate(unit).total().dsp == 0);
  unit.input_type = unsigned_type(5);
  unit.accumulator.bits = 8;  // products modulo 2^8 need no ninth bit
  CHECK(estimate(unit).total().dsp == 0);
}

TEST_CASE("whole accelerators: LUTs within 8 percent, flip-flops and block RAM exactly") {
  std::vector<measured_network> networks = measured_networks(SPILLWAY_SOURCE_DIR "/calibration", "networks");
  const auto held_out = measured_networks(SPILLWAY_SOURCE_DIR "/calibration", "networks-held-out");
  networks.insert(networks.end(), held_out.begin(), held_out.end());
  REQUIRE(networks.size() >= 20);
  for (const measured_network& network : networks) {
    CAPTURE(network.name);
    CHECK(std::abs(error_of(network.modelled.all_luts(), network.counted.all_luts())) <= 8);
    CHECK(network.modelled.ff == network.counted.ff);
    CHECK(network.modelled.bram18 == network.counted.bram18);
  }
}

TEST_CASE("many thresholds side by side, as networks have them") {
  const std::vector<measured_unit> units = measured("levels");
  REQUIRE(units.size() == 12);
  const error_summary lut = summarise(units, modelled_luts, counted_luts);
  CHECK(lut.max <= 3);
  CHECK(summarise(units, modelled(&resources::ff), counted(&resources::ff)).exact == 100);
}
