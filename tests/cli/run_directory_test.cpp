// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using nlohmann::json;

namespace {

const std::string program = SPILLWAY_BINARY_DIR "/spillway";

std::vector<std::string> simulate_into(const std::string& directory, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{program, "simulate", qat, "--data", "binary-mnist", "-o", directory, "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

json read_json(const std::string& path) {
  std::ifstream file(path);
  return json::parse(file);
}

/// A run that takes many seconds: one product a cycle.
const std::vector<std::string> slow{"--pe", "1", "--simd", "1", "--accumulator", "10"};

}  // namespace

TEST_CASE("a run directory holds manifest, database and outputs, and trace answers from it") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run");
  REQUIRE(run_process(simulate_into(run, {"--frames", "300", "--accumulator", "10:wrap:per_product"})).code == 0);
  CHECK(read_json(run + "/manifest.json")["finished"] == true);
  CHECK(std::filesystem::exists(run + "/run.sqlite"));
  CHECK(std::filesystem::exists(run + "/outputs.npy"));

  const json channels = json::parse(spillway_command({"trace", run, "channels", "--json"}).out);
  REQUIRE(channels.size() == 10);
  std::uint64_t counted = 0;
  for (const json& row : channels) counted += row["events"].get<std::uint64_t>();
  const json events = json::parse(spillway_command({"trace", run, "events", "--limit", "0", "--json"}).out);
  CHECK(events.size() == counted);
  CHECK(counted > 0);
  for (const char* key : {"frame", "unit", "position", "channel", "step", "cycle", "pe", "before", "addend", "exact",
                          "stored", "persistent"})
    CHECK(events[0].contains(key));
  const process_result csv = spillway_command({"trace", run, "flips", "--csv", "--limit", "0"});
  CHECK(csv.code == 0);
  CHECK(csv.out.rfind("frame,", 0) == 0);
}

TEST_CASE("counters stay exact when the log is capped, and trace says so") {
  const testing::temporary_directory scratch;
  const std::vector<std::string> format{"--frames", "300", "--accumulator", "10:wrap:per_product"};
  auto capped = simulate_into(scratch.file("capped"), format);
  capped.insert(capped.end(), {"--max-events", "7"});
  REQUIRE(run_process(simulate_into(scratch.file("all"), format)).code == 0);
  REQUIRE(run_process(capped).code == 0);
  const auto channels = [&](const std::string& run) {
    return spillway_command({"trace", scratch.file(run), "channels", "--csv"}).out;
  };
  CHECK(channels("capped") == channels("all"));
  const process_result events = spillway_command({"trace", scratch.file("capped"), "events", "--json"});
  CHECK(json::parse(events.out).size() == 7);
  CHECK(events.err.find("holds 7 of") != std::string::npos);
}

TEST_CASE("a run never overwrites another without --force") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run");
  REQUIRE(run_process(simulate_into(run, {"--frames", "10"})).code == 0);
  check_refused(run_process(simulate_into(run, {"--frames", "10"})), 2, {run, "--force"});
  CHECK(run_process(simulate_into(run, {"--frames", "10", "--force"})).code == 0);
}

TEST_CASE("a folder that is no run is left alone, even with --force") {
  const testing::temporary_directory scratch;
  std::ofstream(scratch.file("precious.txt")) << "mine";
  const process_result result = run_process(simulate_into(scratch.path(), {"--frames", "10", "--force"}));
  CHECK(result.code != 0);
  CHECK(std::filesystem::exists(scratch.file("precious.txt")));
}

TEST_CASE("a full disk is one line, and what was there before stays") {
  const testing::temporary_directory scratch;
  const process_result result = run_process(
      simulate_into(scratch.file("run"), {"--frames", "3000", "--accumulator", "9:wrap:per_product"}), {}, 65'536);
  check_refused(result, 3, {scratch.file("run")});
}

TEST_CASE("standard output that can't be written is an error, not silence") {
  const process_result result = run_process({"/bin/sh", "-c", program + " version > /dev/full"});
  CHECK(result.code == 3);
}

TEST_CASE("Ctrl-C keeps the finished frames and says how to go on") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run");
  const process_result result = run_process(simulate_into(run, slow), [](int pid) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    kill(pid, SIGINT);
  });
  CAPTURE(result.err);
  REQUIRE(result.code == 130);
  CHECK(result.err.find("go on with --skip") != std::string::npos);
  CHECK(read_json(run + "/manifest.json")["finished"] == false);
  const process_result summary = spillway_command({"trace", run, "summary", "--json"});
  CHECK(summary.code == 0);
  CHECK(summary.err.find("interrupted") != std::string::npos);
  const process_result frames = spillway_command({"trace", run, "channels", "--json"});
  CHECK(json::parse(frames.out).size() == 10);
}

TEST_CASE("a killed run leaves a directory that trace can read") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run");
  const process_result result = run_process(simulate_into(run, slow), [](int pid) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    kill(pid, SIGKILL);
  });
  CHECK(result.code == 128 + SIGKILL);
  CHECK(read_json(run + "/manifest.json")["finished"] == false);
  const process_result summary = spillway_command({"trace", run, "summary"});
  CHECK(summary.code == 0);
  CHECK(run_process(simulate_into(run, {"--frames", "10", "--force"})).code == 0);
}

TEST_CASE("a waveform is written beside the run") {
  const testing::temporary_directory scratch;
  const std::string waves = scratch.file("run.vcd");
  REQUIRE(run_process(simulate_into(scratch.file("run"), {"--frames", "3", "--waves", waves})).code == 0);
  std::ifstream file(waves);
  std::string first;
  std::getline(file, first);
  CHECK(first.rfind("$", 0) == 0);
}
