// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <csignal>
#include <map>
#include <thread>

#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/sqlite.h"
#include "spillway/traces/table.h"

using namespace spillway;

namespace {

std::vector<std::string> study_into(const std::string& directory) {
  return {SPILLWAY_BINARY_DIR "/mnist_study", "-o", directory, "--orders", "20", "--order-frames", "200", "--quiet"};
}

table ask(const std::string& directory, const std::string& sql) {
  return sqlite_database(directory + "/study.sqlite", sqlite_database::access::read).select(sql);
}

double number(const cell& value) {
  return std::holds_alternative<std::int64_t>(value) ? static_cast<double>(std::get<std::int64_t>(value))
                                                     : std::get<double>(value);
}

double first(const std::string& directory, const std::string& sql) {
  const table answer = ask(directory, sql);
  REQUIRE(answer.rows.size() == 1);
  return number(answer.rows[0][0]);
}

/// One study for all the tests that only read it.
const std::string& finished_study() {
  static const testing::temporary_directory scratch;
  static const std::string directory = [] {
    const process_result result = run_process(study_into(scratch.file("study")));
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    return scratch.file("study");
  }();
  return directory;
}

}  // namespace

TEST_CASE("the study has every point: two overflows, three scopes, P from 20 to 8, A2Q from 19 and A2Q+ from 18 to 8") {
  CHECK(first(finished_study(), "SELECT count(*) FROM points WHERE method = 'qat' AND bits <= 20") == 13 * 6);
  CHECK(first(finished_study(), "SELECT count(*) FROM points WHERE method = 'a2q'") == 12);
  CHECK(first(finished_study(), "SELECT count(*) FROM points WHERE method = 'a2q_plus'") == 11);
  CHECK(first(finished_study(), "SELECT count(*) FROM points WHERE bits = 32") == 1);
  CHECK(first(finished_study(), "SELECT min(frames) FROM points") == 10'000);
  CHECK(first(finished_study(), "SELECT count(*) FROM order_trials") == 3 * (20 + 1 + 1));
}

TEST_CASE("registers of 19 bits and more never overflow: the data-type bound") {
  CHECK(first(finished_study(), "SELECT count(*) FROM points WHERE bits >= 19 AND events > 0") == 0);
  CHECK(first(finished_study(), "SELECT count(*) FROM points WHERE bits >= 19 AND grade <> 'proved'") == 0);
}

TEST_CASE("no proven point overflows, and every A2Q and A2Q+ network is proven at its own width") {
  CHECK(first(finished_study(), "SELECT count(*) FROM points WHERE grade = 'proved' AND events > 0") == 0);
  CHECK(first(finished_study(), "SELECT count(*) FROM points WHERE method <> 'qat' AND grade <> 'proved'") == 0);
}

TEST_CASE("wherever overflow costs the QAT network more than two points, A2Q is ahead of wrap and saturate") {
  const double baseline = first(finished_study(), "SELECT accuracy FROM points WHERE bits = 32");
  CHECK(baseline >= 0.91);
  const table rows = ask(finished_study(),
                         "SELECT q.accuracy, a.accuracy, q.bits FROM points q JOIN points a ON a.bits = q.bits AND "
                         "a.method = 'a2q' WHERE q.method = 'qat' AND q.scope = 'per_product'");
  int costly = 0;
  for (const auto& row : rows.rows) {
    if (number(row[0]) > baseline - 0.02) continue;
    ++costly;
    CAPTURE(number(row[2]));
    CHECK(number(row[1]) > number(row[0]));
  }
  CHECK(costly >= 4);
}

TEST_CASE("A2Q+ is ahead of A2Q at 10 bits and less, and never behind it by more than a standard deviation") {
  const table rows = ask(finished_study(),
                         "SELECT a.bits, p.accuracy - a.accuracy FROM points a JOIN points p ON p.bits = a.bits AND "
                         "p.method = 'a2q_plus' WHERE a.method = 'a2q'");
  REQUIRE(rows.rows.size() == 11);
  for (const auto& row : rows.rows) {
    CAPTURE(number(row[0]));
    CHECK(number(row[1]) > (number(row[0]) <= 10 ? 0.005 : -0.0027));  // sqrt(0.92 * 0.08 / 10,000) = 0.0027
  }
}

TEST_CASE("a wrapped result does not depend on the scope, only the count of events does") {
  const table rows = ask(finished_study(),
                         "SELECT count(DISTINCT accuracy), count(DISTINCT mean_abs_error), count(DISTINCT events) FROM "
                         "points WHERE method = 'qat' AND overflow = 'wrap' AND bits = 10");
  CHECK(number(rows.rows[0][0]) == 1);
  CHECK(number(rows.rows[0][1]) == 1);
  CHECK(number(rows.rows[0][2]) == 3);
}

TEST_CASE("the order of addition changes what a saturating register holds") {
  CHECK(first(finished_study(),
              "SELECT max(n) FROM (SELECT count(DISTINCT mean_abs_error) AS n FROM order_trials WHERE scope = "
              "'per_product' GROUP BY bits)") > 10);
}

TEST_CASE("an interrupted study goes on where it stopped and comes to the same points") {
  const testing::temporary_directory scratch;
  const std::string directory = scratch.file("study");
  const process_result stopped = run_process(study_into(directory), [&](int pid) {
    for (int wait = 0; wait < 2000 && !std::filesystem::exists(directory + "/study.sqlite"); ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    kill(pid, SIGINT);
  });
  CAPTURE(stopped.err);
  REQUIRE(stopped.code == 130);
  CHECK(stopped.err.find("goes on from there") != std::string::npos);
  REQUIRE(run_process(study_into(directory)).code == 0);
  const std::string points = "SELECT * FROM points ORDER BY point";
  CHECK(ask(directory, points) == ask(finished_study(), points));
  const std::string orders = "SELECT * FROM order_trials ORDER BY bits, scope, trial";
  CHECK(ask(directory, orders) == ask(finished_study(), orders));
}

TEST_CASE("a study under other settings is not mixed with an earlier one") {
  const testing::temporary_directory scratch;
  auto other = study_into(scratch.file("study"));
  REQUIRE(run_process(other).code == 0);
  other.insert(other.end(), {"--simd", "4"});
  const process_result refused = run_process(other);
  CHECK(refused.code == 2);
  CHECK(std::count(refused.err.begin(), refused.err.end(), '\n') == 1);
}
