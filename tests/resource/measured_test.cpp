// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/measured.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

const std::string path = SPILLWAY_BINARY_DIR "/measured_counts.json";

void write_counts(const nlohmann::json& counts) { std::ofstream(path) << counts; }

nlohmann::json some_counts() {
  return {{"schema", "spillway-counts-1"},
          {"top", "net"},
          {"tool", "Vivado 2022.2"},
          {"part", "xc7z020clg400-1"},
          {"clock_mhz", 200.0},
          {"slack_ns", -0.25},
          {"luts", 1000},
          {"lutram", 20},
          {"srl", 3},
          {"ff", 800},
          {"bram18", 7.0},
          {"uram", 0},
          {"dsp", 2}};
}

}  // namespace

TEST_CASE("counts stand beside the model, sites beside sites, with errors in percent") {
  write_counts(some_counts());
  const measured_counts counts = read_measured_counts(path);
  network_cost cost;
  cost.luts = 1200;
  cost.used.sites = 1100;
  cost.ff = 400;
  cost.units.emplace_back().ff.emplace();
  cost.bram18 = 7;
  const auto rows = compare(counts, cost);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0].modelled == 1100);
  CHECK(rows[0].error() == doctest::Approx(10));
  CHECK(rows[1].error() == doctest::Approx(-50));
  CHECK(rows[2].error() == doctest::Approx(0));
  CHECK_FALSE(rows[3].error());
  cost.used.sites = 0;
  cost.units.front().ff.reset();
  CHECK(compare(counts, cost)[0].modelled == 1200);
  CHECK_FALSE(compare(counts, cost)[1].modelled);
  CHECK(to_text(counts, rows).find("net as Vivado 2022.2 counted it on xc7z020clg400-1 at 200 MHz, slack -0.25 ns") ==
        0);
  CHECK(as_json(counts, rows)["differences"][0]["error_percent"] == doctest::Approx(10));
}

TEST_CASE("a file that holds no counts is refused in one line that names the key") {
  const auto refusal = [](const char* key, const nlohmann::json& value) {
    nlohmann::json counts = some_counts();
    counts[key] = value;
    write_counts(counts);
    try {
      read_measured_counts(path);
    } catch (const input_error& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  for (const auto& [key, value] : {std::pair<const char*, nlohmann::json>{"schema", "other"},
                                   {"luts", -1},
                                   {"ff", "many"},
                                   {"dsp", nullptr},
                                   {"top", 3},
                                   {"slack_ns", "none"}}) {
    CAPTURE(key);
    const std::string said = refusal(key, value);
    CHECK(said.find(std::string(": ") + key + " must be ") != std::string::npos);
    CHECK(said.find('\n') == std::string::npos);
  }
}
