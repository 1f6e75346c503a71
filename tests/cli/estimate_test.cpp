// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

// `spillway estimate` by hardware: devices, utilization, reports, and what it refuses.

using namespace spillway;
using nlohmann::json;

namespace {

std::vector<std::string> own(std::vector<std::string> more) {
  std::vector<std::string> arguments{"estimate", qat, "--pe", "10", "--simd", "8"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("estimate prints the utilization of a device, as Vivado lays it out") {
  const process_result small = spillway_command(own({}));
  CHECK(small.code == 0);
  CHECK(small.out.find("xc7z020 (7-series), modelled, as Yosys counts; not a Vivado count") != std::string::npos);
  CHECK(small.out.find("| Slice LUTs ") != std::string::npos);
  const process_result large = spillway_command(own({"--device", "zu7ev"}));
  CHECK(large.out.find("| CLB LUTs ") != std::string::npos);
  CHECK(large.out.find("| CARRY8 ") != std::string::npos);
}

TEST_CASE("a design that does not fit is priced, and one line says so") {
  const process_result run =
      spillway_command({"estimate", qat, "--pe", "10", "--simd", "784", "--accumulator", "40", "--json"});
  CHECK(run.code == 0);
  const json cost = json::parse(run.out);
  CHECK(cost["utilization"]["fits"] == false);
  CHECK(run.err.find("does not fit xc7z020: ") != std::string::npos);
  CHECK(run.err.find('\n') == run.err.size() - 1);
}

TEST_CASE("FINN's reports come from our own model as well") {
  const testing::temporary_directory scratch;
  const std::string folder = scratch.file("out");
  CHECK(spillway_command(own({"-o", folder})).code == 0);
  json report;
  std::ifstream(folder + "/estimate_layer_resources.json") >> report;
  for (const char* key : {"LUT", "FF", "BRAM_18K", "BRAM_efficiency", "URAM", "URAM_efficiency", "DSP"})
    CHECK(report["MVAU_0"].contains(key));
  CHECK(report["MVAU_0"]["FF"] > 0);
  json cycles;
  std::ifstream(folder + "/estimate_layer_cycles.json") >> cycles;
  CHECK(cycles["MVAU_0"] == 98);
}

TEST_CASE("all hardware prices networks with units that are no matrix: forks, sums, folds, windows") {
  for (const char* network : {"tfc-mnist/wrapnet-w4a4-p8.onnx", "resnet18-cifar10/qat-w4a4.onnx"})
    for (const char* hardware : {"spillway", "finn-hls", "finn-rtl", "finn-formula"}) {
      CAPTURE(network);
      CAPTURE(hardware);
      const process_result run =
          spillway_command({"estimate", std::string(SPILLWAY_SOURCE_DIR "/models/zoo/") + network, "--accumulator",
                            "MVAU_1=8", "--hardware", hardware, "--json"});
      REQUIRE(run.code == 0);
      const json cost = json::parse(run.out);
      CHECK(cost["hardware"] == hardware);
      CHECK(cost["total"]["threshold_luts"] > 0);
      CHECK(cost["total"]["luts"] > cost["total"]["compute_luts"]);
    }
}

TEST_CASE("our hardware is the default, and the old word for FINN's formula says what it is now") {
  CHECK(json::parse(spillway_command({"estimate", qat, "--json"}).out)["hardware"] == "spillway");
  const process_result formula = spillway_command({"estimate", qat, "--hardware", "finn-formula"}),
                       old = spillway_command({"estimate", qat, "--model", "finn"});
  CHECK(old.out == formula.out);
  CHECK(old.err.find("--model finn is --hardware finn-formula now") != std::string::npos);
  check_refused(spillway_command({"estimate", qat, "--hardware", "vhdl"}), 2, {"--hardware", "finn-rtl"});
}

TEST_CASE("a device is known by its name, its part and its boards") {
  for (const char* name : {"xczu7ev", "zu7ev", "ZCU104", "zcu104", "xczu7ev-ffvc1156-2-e"})
    CHECK(spillway_command(own({"--device", name})).out.find("xczu7ev (UltraScale+)") != std::string::npos);
  CHECK(spillway_command(own({"--device", "pynq-z1"})).out.find("xc7z020") != std::string::npos);
  CHECK(spillway_command(own({"--device", "KV260"})).out.find("xck26") != std::string::npos);
  CHECK(spillway_command(own({"--device", "u250"})).out.find("xcu250") != std::string::npos);
}

TEST_CASE("FINN's hardware has a utilization as Vivado counts, and a band where its errors are known") {
  const process_result run = spillway_command(
      {"estimate", qat, "--hardware", "finn-hls", "--device", "pynq-z1", "--pe", "10", "--simd", "8", "--json"});
  REQUIRE(run.code == 0);
  const json cost = json::parse(run.out);
  CHECK(cost["utilization"]["device"] == "xc7z020");
  CHECK(cost["units"][0]["luts_band"][0] < cost["units"][0]["luts"]);
  CHECK(cost["units"][1]["luts_band"].is_null());  // a stream: no count is known
}

TEST_CASE("what only some hardware has is refused to the others, in one line") {
  for (const auto& [flag, value] : std::vector<std::pair<std::string, std::string>>{
           {"--thresholds", "block"}, {"--weights", "external"}, {"--accumulator-width", "given"}})
    check_refused(spillway_command(own({flag, value})), 2, {flag, "--hardware finn-formula"});
  check_refused(spillway_command({"estimate", qat, "--hardware", "finn-hls", "--multipliers", "dsp"}), 2,
                {"--multipliers", "--hardware spillway"});
  CHECK(spillway_command(own({"--multipliers", "lut"})).code == 0);
  check_refused(spillway_command({"estimate", qat, "--hardware", "finn-formula", "--device", "xcu250"}), 2,
                {"--device", "--hardware spillway"});
  check_refused(spillway_command(own({"--device", "xczu3gg"})), 2, {"xczu3gg", "nearest: xczu3eg"});
}

TEST_CASE("two designs are compared term by term, and all differences add up") {
  const process_result run = spillway_command(
      {"estimate", qat, "--accumulator", "32", "--against-accumulator", "certified", "--against-pe", "10", "--json"});
  REQUIRE(run.code == 0);
  const json both = json::parse(run.out), &difference = both["difference"];
  const auto priced = [](const std::vector<std::string>& options) {
    std::vector<std::string> line{"estimate", qat, "--json"};
    line.insert(line.end(), options.begin(), options.end());
    return json::parse(spillway_command(line).out);
  };
  const json first = priced({"--accumulator", "32"}), second = priced({"--accumulator", "certified", "--pe", "10"});
  CHECK(both["total"] == first["total"]);
  CHECK(both["units"] == first["units"]);
  CHECK(both["against"]["total"] == second["total"]);
  for (const char* kind : {"luts", "ff", "bram18", "uram", "dsp"}) {
    CAPTURE(kind);
    const json& total = difference["total"][kind];
    CHECK(total["first"] == first["total"][kind]);
    CHECK(total["second"] == second["total"][kind]);
    double of_terms = 0, of_units = 0;
    for (const json& term : difference["terms"])
      if (term["resource"] == kind) of_terms += term["difference"].get<double>();
    for (const json& unit : difference["units"]) {
      of_units += unit[kind]["difference"].get<double>();
      double inside = 0;
      for (const json& term : unit["terms"])
        if (term["resource"] == kind) inside += term["difference"].get<double>();
      CHECK(inside == doctest::Approx(unit[kind]["difference"].get<double>()));
    }
    CHECK(of_terms == doctest::Approx(total["difference"].get<double>()));
    CHECK(of_units == doctest::Approx(total["difference"].get<double>()));
  }
  const auto accumulators = [&](const json& term) {
    return term["term"] == "accumulators" && term["resource"] == "ff";
  };
  const auto found = std::find_if(difference["terms"].begin(), difference["terms"].end(), accumulators);
  REQUIRE(found != difference["terms"].end());
  CHECK((*found)["difference"].get<double>() < 0);
}

TEST_CASE("a second file, another folding and other hardware are compared; a design with itself differs in nothing") {
  const process_result same = spillway_command({"estimate", qat, "--against", qat, "--json"});
  REQUIRE(same.code == 0);
  for (const auto& [kind, sides] : json::parse(same.out)["difference"]["total"].items()) {
    const std::string of = kind;
    CAPTURE(of);
    CHECK(sides["difference"] == 0);
  }
  const process_result files =
      spillway_command({"estimate", qat, "--accumulator", "32", "--against", zoo + "a2q-w8a1-p12.onnx",
                        "--against-accumulator", "12", "--against-hardware", "finn-hls", "--explain"});
  REQUIRE(files.code == 0);
  for (const char* part : {"first:  ", "second: ", "a2q-w8a1-p12.onnx, accumulators 12; finn-hls on xc7z020",
                           "accumulators 32; spillway on xc7z020", "difference", "adder tree", "MVAU_0"}) {
    CAPTURE(part);
    CHECK(files.out.find(part) != std::string::npos);
  }
  check_refused(spillway_command({"estimate", qat, "--against", "/nowhere.onnx"}), 3, {"/nowhere.onnx"});
  check_refused(spillway_command({"estimate", qat, "--against-accumulator", "x"}), 2, {"x"});
  check_refused(spillway_command({"estimate", qat, "--against-device", "zcu14"}), 2, {"zcu14"});
}
