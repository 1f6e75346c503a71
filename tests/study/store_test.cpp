// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "spillway/explore/study/study_store.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/study/sample_study.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;

namespace {

std::string bytes_of(const std::string& path) { return read_file(path, std::int64_t{1} << 30); }

/// Every row of a table of another store.
std::vector<study_row> rows_of(const std::string& path, const study_table& of) {
  const sqlite_database file(path, sqlite_database::access::read);
  std::vector<study_row> rows;
  for (const auto& cells : file.select(fmt::format("SELECT * FROM {}", of.name)).rows) rows.push_back({of.name, cells});
  return rows;
}

}  // namespace

TEST_CASE("a store is the same bytes in whatever order its rows came, in one store or in several") {
  const testing::temporary_directory scratch;
  fixtures::write_sample_study(scratch.file("whole"), 60);
  const std::string whole = scratch.file("whole") + "/study.sqlite";
  const std::string turned = scratch.file("turned.sqlite"), half = scratch.file("half.sqlite");
  {
    study_store a(turned), b(half);
    for (const study_table& table : study_tables()) {
      std::vector<study_row> rows = rows_of(whole, table);
      std::reverse(rows.begin(), rows.end());
      const std::size_t middle = rows.size() / 2;
      a.write(std::span(rows).subspan(0, middle));
      b.write(std::span(rows).subspan(middle / 2));
    }
    a.take(half);
    a.write_meta({{"study", "{}"}, {"version", "0.0.0"}, {"confidence", "0.95"}, {"name", "A made-up study"}});
  }
  CHECK(bytes_of(turned) != bytes_of(whole));
  rewrite_study(turned);
  CHECK(bytes_of(turned) == bytes_of(whole));
  rewrite_study(turned);
  CHECK(bytes_of(turned) == bytes_of(whole));
}

TEST_CASE("a database of another schema or results version is refused") {
  const testing::temporary_directory scratch;
  const std::string path = scratch.file("study.sqlite");
  { study_store made(path); }
  CHECK(study_store(path).meta("schema") == "spillway-study-2");
  study_store(path).write_meta({{"results_version", "0"}});
  CHECK_THROWS_WITH_AS(study_store{path}, doctest::Contains("results of version 0"), input_error);
  sqlite_database(path, sqlite_database::access::update).execute("UPDATE meta SET value = 'x' WHERE key = 'schema'");
  CHECK_THROWS_WITH_AS(study_store{path}, doctest::Contains("schema 'x'"), input_error);
}

TEST_CASE("docs/study-store.md speaks of every table and every column, and of no other table") {
  const std::string page = read_file(SPILLWAY_SOURCE_DIR "/docs/study-store.md", 1 << 20);
  for (const study_table& table : study_tables()) {
    CAPTURE(table.name);
    const std::size_t begin = page.find(fmt::format("\n## {}\n", table.name));
    REQUIRE(begin != std::string::npos);
    const std::string part = page.substr(begin, page.find("\n## ", begin + 1) - begin);
    for (const study_column& column : table.columns) {
      CAPTURE(column.name);
      CHECK(part.find(fmt::format("`{}`", column.name)) != std::string::npos);
    }
  }
  CHECK(std::count(page.begin(), page.end(), '#') == 3 + 2 * std::ssize(study_tables()));
}
