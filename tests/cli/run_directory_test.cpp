// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/sqlite.h"

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
const std::vector<std::string> slow{"--engine", "cycle", "--pe", "1", "--simd", "1", "--accumulator", "10"};

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
  const json layers = json::parse(spillway_command({"trace", run, "layers", "--json"}).out);
  REQUIRE(layers.size() == 1);
  CHECK(layers[0]["register"] == "10:wrap:per_product");
  CHECK(layers[0]["channels"] == 10);
  std::uint64_t overflowing = 0;
  for (const json& row : channels) overflowing += row["overflowing"].get<std::uint64_t>();
  CHECK(layers[0]["overflowing"] == overflowing);
  CHECK(!layers[0]["layer"].get<std::string>().empty());
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

TEST_CASE("a profile is a database, too: the overflow rate at every P is that of its JSON and of simulations at P") {
  const testing::temporary_directory scratch;
  const std::string profile = scratch.file("profile");
  const std::vector<std::string> data{"--data", "binary-mnist", "--frames", "200", "--quiet"};
  const auto command = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), data.begin(), data.end());
    return spillway_command(arguments);
  };
  REQUIRE(command({"profile", qat, "-o", profile}).code == 0);
  const json said = read_json(profile + "/profile.json")["units"][0];
  {
    const sqlite_database database(profile + "/run.sqlite", sqlite_database::access::read);
    const table units = database.select("SELECT name, layer, certified_bits, claimed_bits FROM units");
    REQUIRE(units.rows.size() == 1);
    CHECK(units.rows[0][0] == cell(said["name"].get<std::string>()));
    CHECK(units.rows[0][2] == cell(said["certified_bits"].get<std::int64_t>()));
    CHECK(database.select("SELECT * FROM sums").rows.size() == 3 * said["channels"].size());
    for (const char* scope : {"per_product", "final"})
      for (const std::int64_t p : {8, 10, 12}) {
        std::int64_t beyond = 0, all = 0;
        for (const auto& [bits, count] : said["sums"][scope]["dot_products_by_bits"].items()) {
          all += count.get<std::int64_t>();
          if (std::stoi(bits) > p) beyond += count.get<std::int64_t>();
        }
        const table rate = database.select(
            "SELECT dot_products, overflowing FROM overflow_rate WHERE scope = ? AND p = ?", {std::string(scope), p});
        REQUIRE(rate.rows.size() == 1);
        CHECK(rate.rows[0] == std::vector<cell>{all, beyond});
        CHECK(all == 2000);
        const std::string width = std::to_string(p) + ":wrap:" + scope;
        const json run = json::parse(command({"simulate", qat, "--accumulator", width, "--json"}).out);
        CHECK(run["overflowing_dot_products"] == beyond);
      }
  }
  CHECK(spillway_command({"trace", profile, "layers"}).code == 2);
  CHECK(command({"profile", qat, "-o", profile}).code == 2);  // it is finished
  CHECK(command({"profile", qat, "-o", profile, "--force"}).code == 0);
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

TEST_CASE("on a full disk the totals are printed, and what people came for is there") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run");
  const process_result result =
      run_process(simulate_into(run, {"--frames", "1000", "--accumulator", "9:wrap:per_product"}), {}, 65'536);
  CHECK(result.code == 3);
  CHECK(result.out.find("top-1") != std::string::npos);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  CHECK(result.err.find(run) != std::string::npos);
  CHECK(std::filesystem::file_size(run + "/outputs.npy") > 10'000);
  // Where not even the outputs have room, nothing is computed.
  check_refused(run_process(simulate_into(scratch.file("other")), {}, 65'536), 3, {scratch.file("other")});
}

TEST_CASE("standard output that can't be written is an error, not silence") {
  const process_result result = run_process({"/bin/sh", "-c", program + " version > /dev/full"});
  CHECK(result.code == 3);
}

TEST_CASE("Ctrl-C keeps the finished frames, and the same command goes on") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run");
  const process_result result = run_process(simulate_into(run, slow), [](int pid) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    kill(pid, SIGINT);
  });
  CAPTURE(result.err);
  REQUIRE(result.code == 130);
  CHECK(result.err.find("the same command goes on from there") != std::string::npos);
  CHECK(read_json(run + "/manifest.json")["finished"] == false);
  const process_result summary = spillway_command({"trace", run, "summary", "--json"});
  CHECK(summary.code == 0);
  CHECK(summary.err.find("interrupted") != std::string::npos);
  const process_result frames = spillway_command({"trace", run, "channels", "--json"});
  CHECK(json::parse(frames.out).size() == 10);
  check_refused(run_process(simulate_into(run, {"--frames", "3"})), 2, {"an unfinished run of another configuration"});
  auto again = simulate_into(run, slow);
  std::erase(again, "--quiet");
  const process_result second = run_process(again, [](int pid) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    kill(pid, SIGINT);
  });
  CHECK(second.code == 130);
  CHECK(second.err.find(run + ": goes on after") != std::string::npos);
}

TEST_CASE("a run with stalls, waves or a comparison starts over beside what an interruption left") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run");
  auto stalled = simulate_into(run, slow);
  stalled.insert(stalled.end(), {"--stall-sink", "0.1"});
  std::erase(stalled, "--quiet");
  const auto interrupt = [](int pid) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1000));
    kill(pid, SIGINT);
  };
  REQUIRE(run_process(stalled, interrupt).code == 130);
  const process_result second = run_process(stalled, interrupt);
  CHECK(second.code == 130);
  CHECK(second.err.find("it starts over") != std::string::npos);
  CHECK(std::filesystem::exists(run + "/run.sqlite"));
  CHECK(std::filesystem::exists(run + "/unfinished/run.sqlite"));
}

TEST_CASE("the comparison with full width can be left out, and then nothing is said of it") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run");
  const process_result result =
      run_process(simulate_into(run, {"--frames", "300", "--accumulator", "10", "--no-exact", "--json"}));
  REQUIRE(result.code == 0);
  const json said = json::parse(result.out);
  CHECK(said["exact_accuracy"].is_null());
  CHECK(said["mean_abs_error"].is_null());
  CHECK(said["accuracy"].is_number());
  CHECK(json::parse(spillway_command({"trace", run, "flips", "--json"}).out).empty());
  const json summary = json::parse(spillway_command({"trace", run, "summary", "--json"}).out);
  for (const json& row : summary)
    if (row["key"] == "mean_abs_error" || row["key"] == "exact_accuracy") CHECK(row["value"].is_null());
  const process_result text = run_process(simulate_into(scratch.file("other"), {"--frames", "30", "--no-exact"}));
  CHECK(text.out.find("full width") == std::string::npos);
}

TEST_CASE("a damaged database is a line that names it, whatever is damaged") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run"), database = run + "/run.sqlite";
  REQUIRE(run_process(simulate_into(run, {"--frames", "50", "--accumulator", "10"})).code == 0);
  std::ifstream file(database, std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(file), {}};
  std::mt19937_64 random(7);
  for (int i = 0; i < 60; ++i) {
    std::string bad = good;
    if (i % 3 == 0)
      bad.resize(random() % good.size());
    else
      for (int n = 0; n < 200; ++n) bad[random() % (i % 3 == 1 ? good.size() : 8192)] = static_cast<char>(random());
    std::ofstream(database, std::ios::binary | std::ios::trunc) << bad;
    for (const char* question : {"summary", "channels", "steps", "flips", "events"}) {
      const process_result result = spillway_command({"trace", run, question});
      CAPTURE(result.err);
      CHECK((result.code == 0 || result.code == 2 || result.code == 3));
      if (result.code != 0) CHECK(result.err.find("run.sqlite") != std::string::npos);
    }
    const process_result report = spillway_command({"report", run});
    CHECK((report.code == 0 || report.code == 2 || report.code == 3));
    if (report.code != 0) check_refused(report, report.code, {});
  }
}

TEST_CASE("a killed run leaves a directory that trace can read") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run");
  const process_result result = run_process(simulate_into(run, slow), [&](int pid) {
    for (int wait = 0; wait < 6000 && !std::filesystem::exists(run + "/outputs.unfinished"); ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
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
