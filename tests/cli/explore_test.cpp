// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/sqlite.h"

using namespace spillway;
using nlohmann::json;
using spillway::testing::temporary_directory;

namespace {

const std::string whole_zoo = SPILLWAY_SOURCE_DIR "/models/zoo/";
const std::string tfc_model = whole_zoo + "tfc-mnist/a2q-w4a4-p10.onnx";

json explored(const std::vector<std::string>& options) {
  std::vector<std::string> line{"explore"};
  line.insert(line.end(), options.begin(), options.end());
  line.insert(line.end(), {"--json", "--quiet"});
  const process_result run = spillway_command(line);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  return json::parse(run.out);
}

/// `estimate` sees what `explore` has found.
void check_estimate(const json& found, const std::string& model, const std::string& folding,
                    const std::vector<std::string>& prices) {
  std::vector<std::string> line{"estimate", model, "--folding", folding, "--json"};
  line.insert(line.end(), prices.begin(), prices.end());
  const process_result run = spillway_command(line);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const json estimated = json::parse(run.out);
  for (const char* key : {"luts", "ff", "bram18", "uram", "dsp"})
    if (estimated["total"].contains(key)) CHECK(estimated["total"][key] == found["total"][key]);
  CHECK(estimated["hardware"] == found["hardware"]);
}

}  // namespace

TEST_CASE("explore's price is the one that estimate gives of the folding file that it wrote") {
  const temporary_directory scratch;
  const std::string folding = scratch.file("folding.json");
  const std::vector<std::vector<std::string>> goals{
      {"--cycles", "784"}, {"--fps", "100000"}, {"--luts", "40%", "--bram", "50%"}, {"--luts", "20000"}};
  for (const std::vector<std::string>& goal : goals)
    for (const std::vector<std::string>& prices : std::vector<std::vector<std::string>>{
             {"--device", "zcu104"}, {"--device", "pynq-z1", "--hardware", "finn-rtl"}}) {
      CAPTURE(goal[1]);
      CAPTURE(prices[1]);
      std::vector<std::string> line{tfc_model, "-o", folding, "--force"};
      line.insert(line.end(), goal.begin(), goal.end());
      line.insert(line.end(), prices.begin(), prices.end());
      const json found = explored(line);
      check_estimate(found, tfc_model, folding, prices);
      CHECK(found["cost_luts"] == found["total"]["luts"]);
      CHECK(found["met"] == true);
    }
}

TEST_CASE("a design with branches, windows and every style is read as it was written") {
  const temporary_directory scratch;
  const std::string folding = scratch.file("folding.json");
  for (const char* model : {"espcn-photographs/a2q-w4a4-p10.onnx", "resnet18-cifar10/a2q-w4a4-p12.onnx"}) {
    CAPTURE(model);
    const json found = explored({whole_zoo + model, "--device", "zcu104", "--luts", "30%", "-o", folding, "--force"});
    check_estimate(found, whole_zoo + model, folding, {"--device", "zcu104"});
    CHECK(found["total"]["luts"] <= 0.3 * 230'400);
    CHECK(found["reached"]["cycles_per_frame"] == found["cycles_per_frame"]);
    CHECK(found["fits"] == true);
  }
}

TEST_CASE("our hardware is what explore prices; another one is asked for") {
  CHECK(explored({tfc_model, "--cycles", "784"})["hardware"] == "spillway");
  CHECK(explored({tfc_model})["hardware"] == "spillway");
  CHECK(explored({tfc_model, "--cycles", "784", "--hardware", "finn-formula"})["hardware"] == "finn-formula");
}

TEST_CASE("a frame rate that is asked for is reached by the whole design") {
  const json slow = explored({tfc_model, "--fps", "50000", "--clock-mhz", "100"});
  CHECK(slow["reached"]["fps"].get<double>() >= 50'000);
  CHECK(slow["met"] == true);
  const json shallow = explored({tfc_model, "--fps", "127551", "--clock-mhz", "100", "--fifos", "none"});
  CHECK(shallow["reached"]["fps"].get<double>() < 127'551);
  CHECK(shallow["met"] == false);
}

TEST_CASE("less is found at a lower rate, and a higher rate with more") {
  double least = 1e9;
  for (const char* cycles : {"784", "1568", "6272"}) {
    const json found = explored({tfc_model, "--cycles", cycles});
    CHECK(found["shares"] <= least);
    least = found["shares"];
  }
  std::int64_t fewest = 1'000'000;
  for (const char* luts : {"15%", "30%", "60%"}) {
    const json found = explored({tfc_model, "--luts", luts});
    CHECK(found["cycles_per_frame"] <= fewest);
    CHECK(found["budgets"]["luts"].get<double>() >= found["total"]["luts"].get<double>());
    fewest = found["cycles_per_frame"];
  }
}

TEST_CASE("budgets that are no amounts, or more than there is, are refused") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{"--luts", "many"}, "--luts many: expected a number"},
      {{"--luts", "60 %"}, "--luts 60 %: expected a number"},
      {{"--ff", "-1"}, "--ff"},
      {{"--luts", "101%"}, "--luts 101% is more than xc7z020 has (53200)"},
      {{"--bram", "281"}, "--bram 281 is more than xc7z020 has (280)"},
      {{"--uram", "1"}, "--uram 1 is more than xc7z020 has (0)"},
      {{"--luts", "100"}, "no design was found within the budgets: LUT "},
      {{"--fps", "400000", "--luts", "9000", "--dsp", "0"}, "nearest: "},
      {{"--device", "zcu14"}, "zcu14"}};
  for (const auto& [options, message] : wrong) {
    CAPTURE(message);
    std::vector<std::string> line{"explore", tfc_model};
    line.insert(line.end(), options.begin(), options.end());
    check_refused(spillway_command(line), 2, {message.c_str()});
  }
}

TEST_CASE("a run directory holds the prices in every hardware, and its report those that were asked for") {
  const temporary_directory scratch;
  const std::string model = whole_zoo + "mnist-linear/a2q-w8a1-p12.onnx", run = scratch.file("run");
  REQUIRE(spillway_command({"simulate", model, "--data", "binary-mnist", "--frames", "3", "--hardware", "finn-hls",
                            "--device", "zcu104", "-o", run, "--quiet"})
              .code == 0);
  const sqlite_database database(run + "/run.sqlite", sqlite_database::access::read);
  CHECK(to_csv(database.select("SELECT key, value FROM meta WHERE key IN ('device', 'hardware') ORDER BY key")) ==
        "key,value\ndevice,xczu7ev\nhardware,finn-hls\n");
  for (const char* hardware : {"spillway", "finn-hls", "finn-rtl", "finn-formula"}) {
    CAPTURE(hardware);
    std::vector<std::string> line{"estimate", model, "--hardware", hardware, "--json"};
    if (std::string(hardware) != "finn-formula") line.insert(line.end(), {"--device", "zcu104"});
    const json cost = json::parse(spillway_command(line).out);
    for (const json& unit : cost["units"]) {
      const auto row = database.select("SELECT luts, luts_low, luts_high FROM prices WHERE hardware = ? AND name = ?",
                                       {std::string(hardware), unit["unit"].get<std::string>()});
      REQUIRE(row.rows.size() == 1);
      CHECK(std::get<double>(row.rows[0][0]) == doctest::Approx(unit["luts"].get<double>()));
      const bool has_band = unit.contains("luts_band") && unit["luts_band"].is_array();
      CHECK(std::holds_alternative<double>(row.rows[0][1]) == has_band);
      if (has_band) CHECK(std::get<double>(row.rows[0][1]) == doctest::Approx(unit["luts_band"][0].get<double>()));
    }
    const auto terms = database.select(
        "SELECT SUM(luts) FROM costs WHERE hardware = ? AND term NOT IN ('ff', 'bram18', 'uram', 'dsp')",
        {std::string(hardware)});
    double sum = 0;
    for (const json& unit : cost["units"]) sum += unit["luts"].get<double>();
    CHECK(std::abs(std::get<double>(terms.rows[0][0]) - sum) < 1);  // FINN's formula rounds the sum down
  }
}
