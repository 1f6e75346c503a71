// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "spillway/tests/faults/fault.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/sqlite.h"

using namespace spillway;
using namespace spillway::faults;
namespace fs = std::filesystem;

namespace {

void change(const std::string& database, const std::string& sql) {
  sqlite_database(database, sqlite_database::access::update).execute(sql);
}

}  // namespace

TEST_CASE("tools/same-result sees one other byte, row or file, and no other start or order of rows") {
  const testing::temporary_directory scratch;
  const std::string a = scratch.file("a"), b = scratch.file("b"), database = b + "/run.sqlite";
  REQUIRE(run_process(simulation("", {"--frames", "30"}).into(a)).code == 0);
  fs::copy(a, b, fs::copy_options::recursive);
  CHECK(difference(a, b) == "");
  change(database, "UPDATE meta SET value = 'another' WHERE key IN ('command', 'started', 'wall_seconds')");
  change(database,
         "CREATE TABLE turned AS SELECT * FROM events ORDER BY rowid DESC; DELETE FROM events;"
         "INSERT INTO events SELECT * FROM turned; DROP TABLE turned");
  CHECK(difference(a, b) == "");
  for (const char* sql :
       {"UPDATE events SET stored = stored + 1 WHERE rowid = 3", "DELETE FROM frames WHERE frame = 7",
        "UPDATE units SET scope = NULL", "UPDATE meta SET value = 'x' WHERE key = 'model'", "DROP TABLE costs"}) {
    fs::copy_file(a + "/run.sqlite", database, fs::copy_options::overwrite_existing);
    change(database, sql);
    CAPTURE(sql);
    CHECK(difference(a, b).find("run.sqlite") != std::string::npos);
  }
  fs::copy_file(a + "/run.sqlite", database, fs::copy_options::overwrite_existing);
  std::ofstream(b + "/outputs.npy", std::ios::app) << "x";
  CHECK(difference(a, b).find("outputs.npy: other bytes") != std::string::npos);
  fs::remove(b + "/outputs.npy");
  CHECK(difference(a, b).find("outputs.npy: only in one") != std::string::npos);
  CHECK(run_process({SPILLWAY_SOURCE_DIR "/tools/same-result", a, scratch.file("c")}).code == 2);
}
