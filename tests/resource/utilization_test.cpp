// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/utilization.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "spillway/models/support/error.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/finn/model.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/spillway_model.h"
#include "spillway/tests/resource/matrix_unit.h"

// Devices, families and the utilization table.

using namespace spillway;

namespace {

dataflow a_network(const mvau& unit) {
  dataflow flow;
  flow.name = "one";
  flow.units = {unit};
  return flow;
}

const utilization_row& row(const device_utilization& of, const std::string& name) {
  const auto found = std::find_if(of.rows.begin(), of.rows.end(), [&](const auto& r) { return r.site_type == name; });
  REQUIRE(found != of.rows.end());
  return *found;
}

}  // namespace

TEST_CASE("a device is found with or without its xc, and an unknown one is refused with the nearest") {
  CHECK(find_device("xczu3eg").luts == 70560);
  CHECK(find_device("zu3eg").luts == 70560);
  CHECK(find_device("u250").uram == 1280);
  CHECK(default_device().name == "xc7z020");
  CHECK_THROWS_WITH_AS(find_device("xc7z02O"),
                       "there is no device xc7z02O in the catalogue; nearest: xc7z020; all: xc7z020, xc7z045, xczu3eg, "
                       "xck26, xczu7ev, xczu9eg, xcu200, xcu250, xcu280",
                       config_error);
}

// With `-s`, doctest prints the lines as they should stand in the page.
TEST_CASE("docs/cost-model.md has the catalogue as it is") {
  std::ostringstream page;
  page << std::ifstream(SPILLWAY_SOURCE_DIR "/docs/cost-model.md").rdbuf();
  for (const fpga_device& d : fpga_devices()) {
    const std::string line =
        fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", d.name, d.known, to_string(d.family), d.luts,
                    d.memory_luts, d.registers, d.ramb36, d.uram, d.dsp);
    INFO(line);
    CHECK(page.str().find(line) != std::string::npos);
  }
}

TEST_CASE("a device's numbers hang together as in silicon") {
  for (const fpga_device& device : fpga_devices()) {
    CAPTURE(device.name);
    CHECK(device.registers == 2 * device.luts);  // two flip-flops a LUT
    CHECK(device.luts % (2 * device.bits_a_carry()) == 0);
    CHECK(device.memory_luts < device.luts);
    CHECK(device.memory_luts % device.bits_a_carry() == 0);  // a slice's LUTs are memory or not
    CHECK((device.family == fpga_family::ultrascale_plus || device.uram == 0));
  }
}

TEST_CASE("UltraScale+ has half the carry cells, memories of eight LUTs, and everything else as the 7-series") {
  const resources chain = accumulator_rule(32, false, 12, true);
  CHECK(in_family(chain, fpga_family::series7).carry == 8);
  CHECK(in_family(chain, fpga_family::ultrascale_plus).carry == 4);
  CHECK(in_family(chain, fpga_family::ultrascale_plus).luts == chain.luts);
  // RAM32M holds 6 bits in 4 LUTs, RAM32M16 14 bits in 8.
  CHECK(in_family(lutram_rule(6, 32, 2), fpga_family::series7).lutram == 4);
  CHECK(in_family(lutram_rule(7, 32, 2), fpga_family::series7).lutram == 8);
  CHECK(in_family(lutram_rule(14, 32, 2), fpga_family::ultrascale_plus).lutram == 8);
  CHECK(in_family(lutram_rule(15, 32, 2), fpga_family::ultrascale_plus).lutram == 16);
  CHECK(in_family(lutram_rule(7, 64, 2), fpga_family::ultrascale_plus).lutram == 8);
  CHECK(in_family(lutram_rule(8, 64, 2), fpga_family::ultrascale_plus).lutram == 16);
}

TEST_CASE("weights in ultra memory are URAM288 where there are any, and an error that says so elsewhere") {
  mvau unit = testing::matrix_unit(16);
  unit.weight_memory = memory_style::ultra;
  const unit_cost cost = spillway_cost(dataflow_unit(unit), fpga_family::ultrascale_plus);
  CHECK(cost.uram.amount == 2);  // 4 * 8 * 4 = 128 bits wide, 32 words deep
  CHECK(cost.bram18.amount == 0);
  CHECK(cost.uram_efficiency == doctest::Approx(16. * 64 * 4 / (2 * 72 * 4096)));
  CHECK_FALSE(cost.is_calibrated);
  CHECK_THROWS_WITH_AS(spillway_cost(dataflow_unit(unit)),
                       "MVAU_0: weights in ultra memory, which 7-series devices do not have; nearest: ram_style block, "
                       "or --device xczu7ev",
                       config_error);
}

TEST_CASE("the table has Vivado's rows, and adds up") {
  const network_cost cost = spillway_cost(a_network(testing::matrix_unit(16)), find_device("xc7z020"));
  REQUIRE(cost.utilization);
  const device_utilization& table = *cost.utilization;
  CHECK(row(table, "Slice LUTs").used == row(table, "LUT as Logic").used + row(table, "LUT as Memory").used);
  CHECK(row(table, "LUT as Memory").used ==
        row(table, "LUT as Distributed RAM").used + row(table, "LUT as Shift Register").used);
  CHECK(row(table, "Block RAM Tile").used == row(table, "RAMB18 (RAMB36: 2)").used / 2);
  CHECK(row(table, "Slice Registers").used == cost.ff);
  CHECK(row(table, "CARRY4").available == 13300);
  CHECK(table.fits());
  CHECK(table.shortage().empty());
  const std::string text = to_text(table);
  CHECK(text.find("| Slice LUTs ") != std::string::npos);
  CHECK(text.find("-0") == std::string::npos);
  const network_cost plus = spillway_cost(a_network(testing::matrix_unit(16)), find_device("xczu3eg"));
  CHECK(row(*plus.utilization, "CLB LUTs").available == 70560);
  CHECK(row(*plus.utilization, "CARRY8").used < row(table, "CARRY4").used);
}

TEST_CASE("one site too many does not fit, the last one does") {
  resources used;
  used.dsp = 220;
  CHECK(utilization_of(used, find_device("xc7z020")).fits());
  used.dsp = 221;
  const device_utilization over = utilization_of(used, find_device("xc7z020"));
  CHECK_FALSE(over.fits());
  CHECK(over.shortage() == "DSPs 221 of 220");
  used.uram = 1;
  CHECK(utilization_of(used, find_device("xc7z020")).shortage() == "URAM 1 of 0, DSPs 221 of 220");
}

TEST_CASE("the JSON has the device and its sites, and FINN's reports have FF as well") {
  const network_cost cost = spillway_cost(a_network(testing::matrix_unit(16)), find_device("xczu7ev"));
  const auto json = nlohmann::json::parse(to_json(cost));
  CHECK(json["utilization"]["device"] == "xczu7ev");
  CHECK(json["utilization"]["fits"] == true);
  CHECK(json["utilization"]["sites"][0]["available"] == 230400);
  CHECK(json["outside_calibration"].empty());
  const auto report = nlohmann::json::parse(estimate_layer_resources_json(cost));
  CHECK(report["MVAU_0"]["FF"] == cost.units.front().ff->amount);
  CHECK(report["total"]["FF"] == cost.ff);
  CHECK(report["MVAU_0"]["BRAM_18K"] == cost.bram18);
  CHECK(report["MVAU_0"]["BRAM_efficiency"] == doctest::Approx(16. * 64 * 4 / (cost.bram18 * 18432)));
  const auto cycles = nlohmann::json::parse(estimate_layer_cycles_json(cost));
  CHECK(cycles["MVAU_0"] == 4 * 8);
  // FINN's own formulas never say FF.
  CHECK_FALSE(
      nlohmann::json::parse(estimate_layer_resources_json(finn_cost(a_network(testing::matrix_unit(16)))))["MVAU_0"]
          .contains("FF"));
}

TEST_CASE("in UltraScale+ the LUT RAM of streams comes in eights") {
  for (const std::int64_t depth : {40, 64, 96, 200, 256})
    for (const std::int64_t bits : {1, 5, 16, 20}) {
      CAPTURE(depth);
      CAPTURE(bits);
      const resources stream = estimate_stream(bits, depth).total();
      const resources plus = in_family(stream, fpga_family::ultrascale_plus);
      CHECK(stream.lutram > 0);
      CHECK(plus.lutram >= 8);
      CHECK(static_cast<int>(plus.lutram) % 8 == 0);
    }
}
