// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

// No option of any command takes in silence what it can't mean.

using namespace spillway;

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> commands{"info",    "check", "convert", "simulate", "estimate",
                                        "explore", "rtl",   "trace",   "report",   "compare"};

struct option {
  std::string name, type;
};

/// The options of a command that take a value, from its own help.
std::vector<option> options_of(const std::string& command) {
  const std::string help = spillway_command({command, "--help"}).out;
  const std::regex line("(?:^|\n) +(?:-[a-z],)?(--[a-z-]+) (TEXT|INT|UINT|FLOAT)");
  std::vector<option> options;
  for (std::sregex_iterator at(help.begin(), help.end(), line), end; at != end; ++at)
    options.push_back({(*at)[1], (*at)[2]});
  return options;
}

std::vector<std::string> wrong_values(const option& of) {
  if (of.type == "INT")
    return {"", "x", "1.5", "1e3", "0x10", " 3", "3 ", "+3", "99999999999999999999", "-99999999999999999999"};
  if (of.type == "UINT") return {"", "x", "-1", "1e3", "0x10", " 3", "18446744073709551616"};
  if (of.type == "FLOAT") return {"", "x", "nan", "-nan", "inf", "-inf", "1e999", "0x1p3", " 0.5"};
  if (of.name == "--output" || of.name == "--waves") return {"", "-"};
  return {""};
}

}  // namespace

TEST_CASE("every option of every command refuses what its type has no value for, by name, and does nothing") {
  const testing::temporary_directory scratch;
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path());
  int tried = 0;
  for (const std::string& command : commands)
    for (const option& each : options_of(command))
      for (const std::string& value : wrong_values(each)) {
        CAPTURE(command);
        CAPTURE(each.name);
        CAPTURE(value);
        ++tried;
        check_refused(spillway_command({command, each.name, value}), 2, {each.name});
      }
  CHECK(tried > 120);
  CHECK(fs::is_empty(scratch.path()));
  fs::current_path(before);
}

TEST_CASE("an empty MODEL, DIR or file is refused") {
  for (const std::string& command : commands) {
    CAPTURE(command);
    check_refused(spillway_command({command, ""}), 2, {"empty"});
  }
}

TEST_CASE("a whole number is decimal: a zero in front changes nothing") {
  const process_result result = spillway_command(
      {"simulate", qat, "--data", SPILLWAY_SOURCE_DIR "/models/data/binary-mnist", "--frames", "010", "--quiet"});
  CHECK(result.code == 0);
  CHECK(result.out.find(": 10 frames") != std::string::npos);
}

TEST_CASE("values beyond their range, and options that would have no effect, are refused in one short line") {
  struct refusal {
    std::vector<std::string> arguments, words;
  };
  const std::vector<refusal> table{
      {{"simulate", qat, "--data", "binary-mnist", "--frames", "0"}, {"--frames", "'0'", "from 1 to"}},
      {{"simulate", qat, "--data", "binary-mnist", "--skip", "-1"}, {"--skip", "from 0 to"}},
      {{"simulate", qat, "--data", "binary-mnist", "--stall-source", "1"}, {"--stall-source", "0.99"}},
      {{"simulate", qat, "--data", "binary-mnist", "--stall-sink", "-0.1"}, {"--stall-sink"}},
      {{"simulate", qat, "--data", "binary-mnist", "--threads", "4294967296"}, {"--threads"}},
      {{"info", qat, "--pe", "4294967297"}, {"--pe"}},
      {{"info", qat, "--accumulator", "=14"}, {"=14"}},
      {{"info", qat, "--input", "FIXED< 16,6>"}, {"FIXED"}},
      {{"info", qat, "--input", "FIXED<+16,6>"}, {"FIXED"}},
      {{"info", qat, "--input", "FIXED<16,6>x"}, {"FIXED"}},
      {{"explore", qat, "--fps", "1e300"}, {"--fps", "less than a cycle"}},
      {{"explore", qat, "--fps", "0"}, {"--fps", "positive"}},
      {{"explore", qat, "--cycles", "0"}, {"--cycles", "from 1 to"}},
      {{"explore", qat, "--cycles", "5", "--clock-mhz", "0"}, {"--clock-mhz", "positive"}},
      {{"trace", "run", "--limit", "-1"}, {"--limit", "from 0 to"}},
      {{"trace", "run", "summary", "--channel", "5"}, {"--channel", "summary"}},
      {{"trace", "run", "channels", "--frame", "5"}, {"--frame", "channels", "--unit"}},
      {{"trace", "run", "layers", "--channel", "5"}, {"--channel", "layers", "--unit"}},
      {{"trace", "run", "flips", "--unit", "MVAU_0"}, {"--unit", "flips"}},
      {{"trace", "run", "events", "--persistent", "--transient"}, {"--persistent", "--transient"}},
  };
  for (const refusal& each : table) {
    CAPTURE(each.arguments);
    const process_result result = spillway_command(each.arguments);
    check_refused(result, 2, each.words);
    CHECK(result.err.size() < 250);
  }
  CHECK(spillway_command({"explore", qat, "--fps", "1e-300", "--quiet"}).code == 0);
  // The clock is that of the rate that is reached, too: it has an effect without --fps.
  const process_result clocked = spillway_command({"explore", qat, "--cycles", "56", "--clock-mhz", "100", "--json"});
  REQUIRE(clocked.code == 0);
  CHECK(nlohmann::json::parse(clocked.out)["reached"]["clock_mhz"] == 100);
}

TEST_CASE("a slip in the name of an option or command is guessed, and nothing is guessed that is not alike") {
  struct slip {
    std::vector<std::string> arguments;
    std::string guess;  ///< empty: none
  };
  const std::vector<slip> table{
      {{"--verison"}, "--version"},
      {{"--hlep"}, "--help"},
      {{"info", qat, "--accumulater", "14"}, "--accumulator"},
      {{"info", qat, "--accumulater=14"}, "--accumulator"},
      {{"info", "--jsn"}, "--json"},
      {{"simulate", "--dta", "binary-mnist"}, "--data"},
      {{"simulate", qat, "--data", "binary-mnist", "--stall-sorce", "0.5"}, "--stall-source"},
      {{"infoo", qat}, "info"},
      {{"simulte", qat}, "simulate"},
      {{"expolre", qat}, "explore"},
      {{"--quux"}, ""},
      {{"info", qat, "--colour"}, ""},
      {{"info", qat, "one-too-many"}, ""},
      {{"info", qat, "-x"}, ""},
      {{"frobnicate", qat}, ""},
  };
  for (const slip& each : table) {
    CAPTURE(each.arguments);
    const process_result result = spillway_command(each.arguments);
    check_refused(result, 2, {});
    const std::size_t nearest = result.err.find("nearest: ");
    if (each.guess.empty()) {
      CHECK(nearest == std::string::npos);
      CHECK(result.err.find("--help lists") != std::string::npos);
    } else {
      REQUIRE(nearest != std::string::npos);
      CHECK(result.err.substr(nearest + 9, each.guess.size() + 1) == each.guess + " ");
    }
  }
}

TEST_CASE("a folding file with another number of depths than ports is refused") {
  const testing::temporary_directory scratch;
  const auto info = [&](const std::string& depths) {
    std::ofstream(scratch.file("folding.json")) << R"({"Defaults": {}, "MVAU_0": {)" << depths << "}}";
    return spillway_command({"info", qat, "--folding", scratch.file("folding.json")});
  };
  CHECK(info(R"("inFIFODepths": [32], "outFIFODepths": [16])").code == 0);
  check_refused(info(R"("inFIFODepths": [32, 32])"), 2, {"MVAU_0.inFIFODepths has 2 depths; right: 1"});
  check_refused(info(R"("outFIFODepths": [32, 8, 9])"), 2, {"MVAU_0.outFIFODepths has 3 depths; right: 1"});
  check_refused(info(R"("inFIFODepths": [])"), 2, {"inFIFODepths", "one depth a port"});
  check_refused(info(R"("PE": 18446744073709551617)"), 2, {"PE"});
}

TEST_CASE("why something can't be looked at is said, not that it is not there") {
  const testing::temporary_directory scratch;
  const std::string loop = scratch.file("loop");
  fs::create_symlink(loop, loop);  // root may search every folder, but nobody a circle of links
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"trace", loop + "/run"},
                                             {"report", loop + "/run"},
                                             {"simulate", qat, "--data", loop + "/data"},
                                             {"info", loop + "/net.onnx"},
                                             {"info", qat, "--folding", loop + "/folding.json"},
                                             {"convert", qat, "-o", loop + "/net.onnx"}}) {
    CAPTURE(arguments);
    check_refused(spillway_command(arguments), 3, {"Too many levels of symbolic links"});
  }
}
