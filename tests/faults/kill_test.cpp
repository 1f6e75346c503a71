// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "spillway/models/support/error.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/faults/fault.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/sqlite.h"

// kill -9 at moments that are uniform over the run. Then: what was finished is there and is right, the same command
// goes on, and its end is that of a run that nobody disturbed.

using namespace spillway;
using namespace spillway::faults;
namespace fs = std::filesystem;

namespace {

std::int64_t count(const std::string& database, const std::string& sql) {
  try {
    const sqlite_database file(database, sqlite_database::access::read);
    const table found = file.select(sql);
    return found.rows.empty() ? 0 : std::get<std::int64_t>(found.rows[0][0]);  // killed before it had begun
  } catch (const error&) {
    return 0;  // killed before it had a table
  }
}

/// Frames or points that are stored.
std::int64_t stored(const std::string& path) {
  const std::string at = fs::exists(path + "/unfinished") ? path + "/unfinished" : path;
  if (fs::exists(at + "/run.sqlite"))
    return count(at + "/run.sqlite", "SELECT value FROM progress WHERE key = 'frames'");
  if (fs::exists(at + "/study.sqlite")) return count(at + "/study.sqlite", "SELECT COUNT(*) FROM points");
  return 0;
}

/// Rows that an interrupted run holds are those of the whole one.
std::string wrong_rows(const std::string& path, const std::string& expected) {
  if (!fs::exists(path + "/run.sqlite") || fs::exists(path + "/unfinished")) return {};
  try {
    sqlite_database file(path + "/run.sqlite", sqlite_database::access::update);
    file.execute(fmt::format("ATTACH '{}/run.sqlite' AS whole", expected));
    for (const char* rows : {"frame, label, class FROM {}.frames", "* FROM {}.events"}) {
      const std::string sql = fmt::format("SELECT {} EXCEPT SELECT {}", fmt::format(fmt::runtime(rows), "main"),
                                          fmt::format(fmt::runtime(rows), "whole"));
      if (const auto found = file.select(sql).rows.size(); found > 0)
        return fmt::format("{} rows that no whole run has: {}", found, rows);
    }
  } catch (const error& e) {
    if (std::string(e.what()).find("no such table") == std::string::npos) return e.what();
  }
  return {};
}

bool is_finished(const std::string& path) {
  std::ifstream file(path + "/manifest.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.find("\"finished\": true") != std::string::npos;
}

/// What a kill has left, against what stood there before and against the whole result.
std::string wrong_remains(const std::string& path, const std::string& old, const std::string& expected) {
  if (!old.empty()) {
    if (is_finished(path + "/unfinished")) return {};   // on its way into the place of the old one
    if (difference(path, expected).empty()) return {};  // the new result has taken the place of the old one
    for (const char* file : {"run.sqlite", "outputs.npy"})
      if (const std::string wrong = difference(path + "/" + file, old + "/" + file); !wrong.empty())
        return "the earlier result: " + wrong;
    return {};
  }
  return is_finished(path) ? difference(path, expected) : wrong_rows(path, expected);
}

/// One try: killed twice, then to the end. `old` is a result that stood there, or nothing.
std::string kill_and_go_on(const subject& of, const std::string& path, const std::string& expected,
                           const std::string& old, std::chrono::milliseconds first, std::chrono::milliseconds second) {
  const std::vector<std::string> command = of.into(path, !old.empty());
  kill_after(command, first);
  if (std::string wrong = wrong_remains(path, old, expected); !wrong.empty()) return wrong;
  if (is_finished(path) && difference(path, expected).empty()) return {};
  const std::int64_t after_first = stored(path);
  kill_after(command, second);
  if (std::string wrong = wrong_remains(path, old, expected); !wrong.empty()) return wrong;
  if (is_finished(path) && difference(path, expected).empty()) return {};
  if (const std::int64_t after_second = stored(path); after_second < after_first)
    return fmt::format("{} finished, and after another kill {}", after_first, after_second);
  const process_result end = run_process(command);
  if (end.code != 0) return fmt::format("exit code {}: {}", end.code, end.err);
  return difference(path, expected);
}

void check_kills(const subject& of, const subject& old, bool over_old) {
  const testing::temporary_directory scratch;
  const std::string expected = scratch.file("expected"), kept = scratch.file("old");
  const auto whole = time_of([&] { REQUIRE(run_process(of.into(expected)).code == 0); });
  if (over_old) REQUIRE(run_process(old.into(kept)).code == 0);
  tally all(title(fmt::format("kill -9, twice, {}{}", of.name, over_old ? ", over an earlier result" : ""), whole));
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
  for (int i = 0; i < tries(2); ++i) {
    const std::string path = scratch.file(fmt::format("try-{}", i));
    if (over_old) fs::copy(kept, path, fs::copy_options::recursive);
    const auto first = std::chrono::milliseconds(moment(random)), second = std::chrono::milliseconds(moment(random));
    all.add(kill_and_go_on(of, path, expected, over_old ? kept : "", first, second));
    fs::remove_all(path);
  }
}

/// TFC on drawn inputs in the cycle engine, its layers folded to one product a cycle: some 10 s in the long tests.
subject cycle_engine(const testing::temporary_directory& scratch) {
  return {"simulate, cycle engine",
          {program, "simulate", tfc + "qat-w4a4.onnx", "--data",
           drawn_inputs(scratch, {is_long() ? 2400 : 60, 1, 28, 28}, 8), "--pe", "1", "--simd", "1", "--accumulator",
           "12:wrap:per_product", "--engine", "cycle", "--quiet"}};
}

/// ResNet18 on drawn inputs in the fast one.
subject fast_engine(const testing::temporary_directory& scratch) {
  return {"simulate, fast engine",
          {program, "simulate", resnet + "qat-w4a4.onnx", "--data",
           drawn_inputs(scratch, {is_long() ? 6000 : 100, 3, 32, 32}, 8), "--accumulator", "12:wrap:per_product",
           "--engine", "fast", "--threads", "1", "--quiet"}};
}

const subject other = simulation("simulate", {"--frames", "50", "--seed", "9"});

}  // namespace

TEST_CASE("a simulation that is killed goes on, with the cycle engine and with the fast one, and nothing is lost") {
  const testing::temporary_directory scratch;
  check_kills(cycle_engine(scratch), other, false);
  check_kills(fast_engine(scratch), other, false);
}

TEST_CASE("until a new result is complete, the earlier one stands") {
  const testing::temporary_directory scratch;
  check_kills(cycle_engine(scratch), other, true);
}

TEST_CASE("a killed search leaves no folding, and one that comes to its end the right one") {
  subject explore{"explore",
                  {program, "explore", tfc + "qat-w4a4.onnx", "--fps", "100000", "--fifos", "full-rate", "--quiet"}};
  if (is_long())
    explore.command = {program, "explore", resnet + "qat-w4a4.onnx", "--device", "zcu104", "--luts", "60%", "--quiet"};
  const testing::temporary_directory scratch;
  const std::string expected = scratch.file("expected.json"), path = scratch.file("folding.json");
  const auto whole = time_of([&] { REQUIRE(run_process(explore.into(expected)).code == 0); });
  tally all(title("kill -9, explore", whole));
  std::mt19937_64 random(2);
  std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
  for (int i = 0; i < tries(1); ++i) {
    kill_after(explore.into(path), std::chrono::milliseconds(moment(random)));
    std::string wrong = fs::exists(path) ? difference(path, expected) : "";
    // A search has no state: every fifth is run again to its end.
    if (!fs::exists(path) && (i % 5 == 0 || !is_long())) {
      if (run_process(explore.into(path)).code != 0) wrong = "the rerun failed";
      if (wrong.empty()) wrong = difference(path, expected);
    }
    for (const auto& entry : fs::directory_iterator(scratch.path()))
      if (entry.path().extension() == ".part") wrong += "a draft is left";
    all.add(wrong);
    fs::remove(path);
  }
}

TEST_CASE("a killed study goes on where it stopped") { check_kills({"study", longer_study()}, other, false); }
