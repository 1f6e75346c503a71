// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn/model.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "spillway/tests/resource/finn_units.h"

namespace spillway {
namespace {

using nlohmann::json;
using testing::make_unit;

dataflow two_units() {
  mvau first = make_unit(
      {.mw = 784, .mh = 64, .pe = 16, .simd = 49, .input = unsigned_type(1), .output_bits = 4, .accumulator_bits = 16});
  mvau second = make_unit({.mw = 64,
                           .mh = 10,
                           .pe = 10,
                           .simd = 16,
                           .input = unsigned_type(4),
                           .accumulator_bits = 14,
                           .memory = memory_style::distributed});
  second.name = "MVAU_1";
  second.vectors_per_frame = 3;
  return {"two", {first, second}, 2};
}

TEST_CASE("a network costs the sum of its units, and takes the cycles of its slowest") {
  const dataflow flow = two_units();
  const network_cost cost = finn_cost(flow);
  REQUIRE(cost.units.size() == 2);
  CHECK(cost.luts == cost.units[0].luts.amount + cost.units[1].luts.amount);
  CHECK(cost.bram18 == cost.units[0].bram18.amount);
  CHECK(cost.memory_luts == 10 * 16 * 8 * 1);
  CHECK(cost.threshold_luts == 0);
  CHECK(cycles_per_frame(flow.units[0]) == 64);  // 784/49 * 64/16
  CHECK(cycles_per_frame(flow.units[1]) == 12);  // 3 * 64/16
  CHECK(cost.cycles == 64);
  CHECK(finn_cost(dataflow{"empty", {}, 2}).luts == 0);
}

TEST_CASE("units that are no matrix are summed, too: one by its thresholds, one for nothing") {
  dataflow flow = two_units();
  const network_cost matrices = finn_cost(flow);
  thresholding levels;
  levels.name = "Thresholding_0";
  levels.input_type = signed_type(8);
  levels.channels = 64;
  levels.pe = 4;
  flow.units.emplace_back(levels);
  add_streams sum;
  sum.name = "AddStreams_0";
  flow.units.emplace_back(sum);
  const network_cost all = finn_cost(flow);
  CHECK(all.luts == matrices.luts + 64);  // 8 bits * 4 + 4 * 8 bits * 1
  CHECK(all.threshold_luts == matrices.threshold_luts + 64);
  CHECK(all.compute_luts == matrices.compute_luts);
  CHECK(all.memory_luts == matrices.memory_luts);
  CHECK(to_text(all, true).find("AddStreams_0") != std::string::npos);
}

TEST_CASE("FINN's reports have FINN's keys") {
  const network_cost cost = finn_cost(two_units());
  const json cycles = json::parse(estimate_layer_cycles_json(cost));
  CHECK(cycles == json{{"MVAU_0", 64}, {"MVAU_1", 12}});
  const json resources = json::parse(estimate_layer_resources_json(cost));
  REQUIRE(resources.size() == 3);
  for (const char* unit : {"MVAU_0", "MVAU_1"})
    for (const char* key : {"BRAM_18K", "BRAM_efficiency", "LUT", "URAM", "URAM_efficiency", "DSP"})
      CHECK(resources[unit].contains(key));
  CHECK(resources["MVAU_0"]["LUT"].get<double>() == cost.units[0].luts.amount);
  CHECK(resources["MVAU_1"]["BRAM_efficiency"] == 1);
  CHECK(resources["total"].size() == 4);
  CHECK(resources["total"]["LUT"].get<double>() == cost.luts);
  CHECK(resources["total"]["BRAM_18K"].get<double>() == cost.bram18);
}

TEST_CASE("the explanation names every term with its formula, its arguments and its source") {
  const network_cost cost = finn_cost(two_units());
  const std::string text = to_text(cost, true);
  for (const char* part : {"MVAU_1", "total", "hardware=finn-formula", "SIMD*(2*ceil((W+A)/6) - 1)*(W+A)",
                           "W=8, A=4, SIMD=16", "P=14 as given", "FINN-R", "UG573"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
  CHECK(to_text(cost).find("SIMD*") == std::string::npos);
  for (const unit_cost& unit : cost.units)
    for (const cost_term& leaf : leaves(unit)) {
      CHECK_FALSE(leaf.formula.empty());
      CHECK_FALSE(leaf.source.empty());
    }
}

TEST_CASE("the JSON holds the whole tree") {
  const network_cost cost = finn_cost(two_units());
  const json read = json::parse(to_json(cost));
  CHECK(read["model"] == "finn");
  CHECK(read["grade"] == "modelled");
  CHECK(read["total"]["luts"].get<double>() == cost.luts);
  const json& tree = read["units"][1]["terms"][0];
  CHECK(tree["name"] == "lut");
  REQUIRE(tree["terms"].size() == 4);
  CHECK(tree["terms"][1]["name"] == "compute");
  CHECK(tree["terms"][1]["terms"][2]["value"] == 14);
}

TEST_CASE("leaves come in the order of the tree, memories last") {
  std::vector<std::string> names;
  for (const cost_term& leaf : leaves(finn_cost(two_units().units[0]))) names.push_back(leaf.name);
  CHECK(names == std::vector<std::string>{"base", "mult", "tree", "acc", "thr", "comp", "c2", "bram18", "uram", "dsp"});
}

}  // namespace
}  // namespace spillway
