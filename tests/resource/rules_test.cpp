// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/rules.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "spillway/calibration/synthesis.h"
#include "spillway/resource/devices.h"
#include "spillway/resource/estimate.h"

// The rules of the resource model against synthesis, with no tolerance. calibration/results/components.jsonl is made by
// `synthesise calibration/points/components.jsonl calibration/results/components.jsonl`.

using namespace spillway;

namespace {

using parameters = std::map<std::string, int>;

resources rule_of(const std::string& module, parameters p, const parameters& outputs) {
  if (module == "spillway_multiplier")
    return multiplier_rule(p["A_BITS"], p["A_SIGNED"] != 0, p["B_BITS"], p["B_SIGNED"] != 0, p["P_BITS"]);
  if (module == "spillway_adder_tree")
    return adder_tree_rule({p["LANES"], p["GROUP"], p["LANE_MIN"], p["LANE_MAX"], p["CAP"], p["STAGES"]});
  if (module == "spillway_negation") return negation_rule(p["BITS"], p["OUT_BITS"]);
  if (module == "spillway_accumulator")
    return accumulator_rule(p["BITS"], p["SATURATE"] != 0, p["SUM_BITS"], p["SUM_SIGNED"] != 0);
  if (module == "spillway_thresholds") return threshold_rule(p["STEPS"], p["X_BITS"]);
  if (module == "spillway_replay_buffer") return replay_rule(p["BITS"], p["DEPTH"], 1);
  REQUIRE(module == "spillway_counter");
  return counter_rule(p["COUNT"], outputs.contains("next_value") ? counter_use::next_value
                                  : outputs.contains("is_last")  ? counter_use::last
                                                                 : counter_use::value);
}

}  // namespace

TEST_CASE("every rule gives what synthesis counts, on every point of its grid") {
  const auto stored = read_results(SPILLWAY_SOURCE_DIR "/calibration/results/components.jsonl");
  REQUIRE(stored);
  CHECK(stored->recipe == synthesis_recipe());
  CHECK(stored->results.size() > 400);
  for (const synthesis_result& result : stored->results) {
    const auto point = nlohmann::json::parse(result.spec);
    const resources expected = rule_of(point.at("component").get<std::string>(),
                                       point.at("parameters").get<parameters>(), point.at("outputs").get<parameters>());
    CAPTURE(result.name);
    CHECK(expected.luts == result.counted.luts);
    CHECK(expected.lutram == result.counted.lutram);
    CHECK(expected.srl == result.counted.srl);
    CHECK(expected.ff == result.counted.ff);
    CHECK(expected.carry == result.counted.carry);
  }
}

// calibration/results/ultrascale.jsonl is made by `synthesise --ultrascale calibration/points/ultrascale.jsonl ...`.
TEST_CASE("in UltraScale+ the rules hold as well, with LUT RAMs of eight") {
  const auto stored = read_results(SPILLWAY_SOURCE_DIR "/calibration/results/ultrascale.jsonl");
  REQUIRE(stored);
  CHECK(stored->recipe == synthesis_recipe({fpga_family::ultrascale_plus}));
  int units = 0, larger_memories = 0;
  for (const synthesis_point& point : read_points(SPILLWAY_SOURCE_DIR "/calibration/points/ultrascale.jsonl")) {
    const auto result = std::find_if(stored->results.begin(), stored->results.end(),
                                     [&](const synthesis_result& r) { return r.spec == point.spec; });
    CAPTURE(point.name);
    REQUIRE(result != stored->results.end());
    if (const auto* component = std::get_if<component_point>(&point.what)) {
      const resources rule = rule_of(component->module, component->parameters, component->outputs);
      const resources expected = in_family(rule, fpga_family::ultrascale_plus);
      CHECK(expected.luts == result->counted.luts);
      CHECK(expected.lutram == result->counted.lutram);
      CHECK(expected.ff == result->counted.ff);
      if (expected.lutram > rule.lutram) ++larger_memories;
    } else {
      const resources expected =
          in_family(estimate(std::get<dataflow_unit>(point.what)).total(), fpga_family::ultrascale_plus);
      CHECK(expected.lutram == result->counted.lutram);
      CHECK(expected.ff == result->counted.ff);
      CHECK(expected.bram18 == result->counted.bram18);
      CHECK(expected.luts == doctest::Approx(result->counted.luts).epsilon(0.1));
      ++units;
    }
  }
  CHECK(units == 8);
  CHECK(larger_memories > 0);
}
