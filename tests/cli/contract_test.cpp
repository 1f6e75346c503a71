// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"

using namespace spillway;
using nlohmann::json;

namespace {

json simulate(const std::string& model, const std::string& accumulator, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"simulate",      model,       "--data", "binary-mnist",
                                     "--accumulator", accumulator, "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const process_result result = spillway_command(arguments);
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  return json::parse(result.out);
}

/// Everything that does not name the engine.
json without_engine(json result) {
  result.erase("engine");
  return result;
}

}  // namespace

TEST_CASE("simulate --json prints what scripts rely on") {
  const json result = simulate(qat, "14:wrap:per_product");
  for (const char* key : {"frames", "accuracy", "dot_products", "overflow_events", "overflowing_dot_products", "cycles",
                          "mean_abs_error"})
    CHECK(result.contains(key));
  CHECK(result["frames"] == 10'000);
  CHECK(result["dot_products"] == 100'000);
}

TEST_CASE("a 32-bit accumulator reaches 91% top-1 without an overflow") {
  const json result = simulate(qat, "32");
  CHECK(result["accuracy"].get<double>() >= 0.91);
  CHECK(result["accuracy"] == result["exact_accuracy"]);
  CHECK(result["overflow_events"] == 0);
  CHECK(result["mean_abs_error"] == 0);
}

TEST_CASE("both engines print the same run") {
  for (const char* format :
       {"19", "13:wrap:per_product", "11:saturate:per_cycle", "10:saturate:final", "8:wrap:per_product"}) {
    CAPTURE(format);
    const json cycle = simulate(qat, format, {"--frames", "1000", "--engine", "cycle"});
    const json fast = simulate(qat, format, {"--frames", "1000", "--engine", "fast"});
    CHECK(without_engine(cycle) == without_engine(fast));
    CHECK(fast["streams"].size() == 2);
    CHECK(fast["units"][0]["working"] > 0);
  }
}

TEST_CASE("the engine without a clock runs where nothing asks for one, and the result says so") {
  CHECK(simulate(qat, "14", {"--frames", "10"})["engine"] == "fast");
  CHECK(simulate(qat, "14", {"--frames", "10", "--stall-source", "0.5"})["engine"] == "cycle");
  CHECK(simulate(qat, "14", {"--frames", "10", "--compare"})["engine"] == "cycle");
  CHECK(simulate(qat, "14", {"--frames", "10", "--engine", "cycle"})["engine"] == "cycle");
}

TEST_CASE("several widths at once give what runs one by one give") {
  for (const char* rest : {":wrap:per_product", ":saturate:per_product", ":saturate:per_cycle", ":saturate:final"}) {
    CAPTURE(rest);
    const json several = simulate(qat, std::string("8..20") + rest, {"--frames", "300"})["points"];
    REQUIRE(several.size() == 13);
    for (int bits = 8; bits <= 20; ++bits) {
      CAPTURE(bits);
      const json one = simulate(qat, std::to_string(bits) + rest, {"--frames", "300"});
      const json& point = several[static_cast<std::size_t>(bits - 8)];
      CHECK(point["accuracy"] == one["accuracy"]);
      CHECK(point["exact_accuracy"] == one["exact_accuracy"]);
      CHECK(point["mean_abs_error"] == one["mean_abs_error"]);
    }
    CHECK(several[12]["frames_again"] == 0);
  }
}

TEST_CASE("the states of every unit sum to the cycles of the run, stalls or not") {
  for (const char* stall : {"0", "0.4"}) {
    const json result =
        simulate(qat, "14", {"--frames", "200", "--stall-source", stall, "--stall-sink", stall, "--engine", "cycle"});
    for (const json& unit : result["units"])
      CHECK(unit["working"].get<std::uint64_t>() + unit["starved"].get<std::uint64_t>() +
                unit["blocked"].get<std::uint64_t>() + unit["draining"].get<std::uint64_t>() ==
            result["cycles"].get<std::uint64_t>());
  }
}

TEST_CASE("no network overflows at P >= 19, the data-type bound, and A2Q never at its own P") {
  for (const int bits : {19, 20, 24})
    CHECK(simulate(qat, std::to_string(bits) + ":wrap:per_product")["overflow_events"] == 0);
  for (int bits = 8; bits <= 19; ++bits) {
    CAPTURE(bits);
    const std::string model = zoo + "a2q-w8a1-p" + std::to_string(bits) + ".onnx";
    CHECK(simulate(model, std::to_string(bits) + ":wrap:per_product")["overflow_events"] == 0);
    const process_result proof = spillway_command({"check", model});
    CHECK(proof.code == 0);
    CHECK(proof.out.find("proved") != std::string::npos);
  }
}

TEST_CASE("check shows a witness where a width is not safe, and the witness overflows") {
  const process_result result = spillway_command({"check", qat, "--accumulator", "10", "--json"});
  CHECK(result.code == 1);
  const json check = json::parse(result.out);
  CHECK(check["safe"] == false);
  REQUIRE(check["units"][0]["failures"].size() > 0);
  for (const json& failure : check["units"][0]["failures"]) {
    CHECK(failure["overflow_events"].get<int>() > 0);
    CHECK(failure["witness"].size() == 784);
  }
}

TEST_CASE("--fail-on-overflow exits with 1 only where a register overflowed") {
  const std::vector<std::string> base{"simulate",          qat, "--data", "binary-mnist", "--frames", "500",
                                      "--fail-on-overflow"};
  auto narrow = base, wide = base;
  narrow.insert(narrow.end(), {"--accumulator", "9"});
  wide.insert(wide.end(), {"--accumulator", "19"});
  CHECK(spillway_command(narrow).code == 1);
  CHECK(spillway_command(wide).code == 0);
}

TEST_CASE("every command explains itself, with an example") {
  CHECK(spillway_command({"--help"}).code == 0);
  for (const char* command : {"info", "check", "simulate", "estimate", "trace", "report"}) {
    CAPTURE(command);
    const process_result help = spillway_command({command, "--help"});
    CHECK(help.code == 0);
    CHECK(help.out.find("Example") != std::string::npos);
  }
  CHECK(spillway_command({"version"}).out.rfind("spillway ", 0) == 0);
  CHECK(json::parse(spillway_command({"version", "--json"}).out).contains("version"));
}

TEST_CASE("info and estimate speak of the same accelerator") {
  const json info = json::parse(spillway_command({"info", qat, "--pe", "5", "--simd", "14", "--json"}).out);
  CHECK(info["units"][0]["cycles_per_frame"] == 112);
  const json cost = json::parse(spillway_command({"estimate", qat, "--pe", "5", "--simd", "14", "--json"}).out);
  CHECK(cost["units"][0]["cycles"] == 112);
  const process_result explained = spillway_command({"estimate", qat, "--hardware", "finn-formula", "--explain"});
  for (const char* term : {"mult", "tree", "acc", "comp"}) CHECK(explained.out.find(term) != std::string::npos);
}

namespace {

/// The keys that docs/json.md speaks of in the section of a command: every word in backticks.
std::set<std::string> documented_keys(const std::string& command) {
  std::ifstream page(SPILLWAY_SOURCE_DIR "/docs/json.md");
  std::set<std::string> keys;
  bool is_here = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) is_here = line == "## " + command;
    if (!is_here) continue;
    for (std::size_t from = line.find('`'); from != std::string::npos;) {
      const std::size_t to = line.find('`', from + 1);
      if (to == std::string::npos) break;
      keys.insert(line.substr(from + 1, to - from - 1));
      from = line.find('`', to + 1);
    }
  }
  return keys;
}

/// Every key of a document but those of `metadata`, which are the file's.
void collect_keys(const json& value, std::set<std::string>& keys) {
  if (value.is_array())
    for (const json& each : value) collect_keys(each, keys);
  if (!value.is_object()) return;
  for (const auto& [key, inside] : value.items()) {
    keys.insert(key);
    if (key != "metadata") collect_keys(inside, keys);
  }
}

}  // namespace

TEST_CASE("docs/json.md lists every key that a command prints") {
  const std::string a2q = SPILLWAY_SOURCE_DIR "/models/zoo/mnist-linear/a2q-w8a1-p12.onnx";
  const std::vector<std::vector<std::string>> lines{
      {"info", a2q, "--json"},
      {"check", a2q, "--accumulator", "9", "--tiles", "6x16:9", "--data", "binary-mnist", "--json"},
      {"simulate", a2q, "--data", "binary-mnist", "--frames", "5", "--compare", "--quiet", "--json"},
      {"estimate", a2q, "--json"},
      {"estimate", a2q, "--hardware", "finn-formula", "--json"},
      {"estimate", a2q, "--against-hardware", "finn-rtl", "--json"},
      {"explore", a2q, "--luts", "50%", "--quiet", "--json"},
      {"explore", a2q, "--cycles", "2000", "--fifos", "live", "--quiet", "--json"},
      {"compare", a2q, qat, "--json", "--quiet"},
      {"version", "--json"}};
  for (const std::vector<std::string>& line : lines) {
    CAPTURE(line[0]);
    const std::set<std::string> documented = documented_keys(line[0]);
    CHECK_FALSE(documented.empty());
    const process_result result = spillway_command(line);
    CAPTURE(result.err);
    REQUIRE((result.code == 0 || line[0] == "check" || line[0] == "compare"));
    std::set<std::string> printed;
    collect_keys(json::parse(result.out), printed);
    for (const std::string& key : printed) {
      CAPTURE(key);
      CHECK(documented.contains(key));
    }
  }
  for (const char* key : {"frames", "accuracy", "overflow_events", "units", "name", "layer", "accumulator_from"})
    CHECK(documented_keys("simulate").contains(key));
}
