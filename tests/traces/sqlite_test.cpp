// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/sqlite.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "spillway/models/support/error.h"
#include "spillway/tests/traces/full_disk.h"
#include "spillway/tests/traces/temporary_directory.h"

namespace spillway {
namespace {

using testing::file_size_limit;
using testing::full_disk_outcome;
using testing::is_one_line;
using testing::message_of;
using testing::temporary_directory;
using access = sqlite_database::access;

sqlite_database make_numbers(const std::string& path, int rows = 3) {
  sqlite_database database(path, access::create);
  database.execute("CREATE TABLE numbers(n, text)");
  sqlite_transaction all(database);
  sqlite_statement insert = database.prepare("INSERT INTO numbers VALUES(?, ?)");
  for (int n = 0; n < rows; ++n) insert.run(n, std::to_string(n));
  all.commit();
  return database;
}

std::int64_t rows(const sqlite_database& database) {
  return std::get<std::int64_t>(database.select("SELECT COUNT(*) FROM numbers").rows[0][0]);
}

void overwrite(const std::string& path, std::streamoff at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << bytes;
}

TEST_CASE("every kind of value comes back as it was bound") {
  const temporary_directory folder;
  sqlite_database database(folder.file("a.sqlite"), access::create);
  database.execute("CREATE TABLE v(a, b, c, d, e, f, g, h)");
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  const std::string zero("a\0b", 3);
  database.prepare("INSERT INTO v VALUES(?,?,?,?,?,?,?,?)")
      .run(least, most, 0.1, zero, std::string_view(), std::optional<int>(), std::nan(""), true);
  const table read = database.select("SELECT * FROM v");
  const std::vector<cell> expected{
      least,          std::string("18446744073709551615"), 0.1, zero, std::string(), std::monostate{}, std::monostate{},
      std::int64_t{1}};
  CHECK(read.columns == std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h"});
  CHECK(read.rows.at(0) == expected);
  CHECK(database.select("SELECT ? + 1", {cell(std::int64_t{4})}).rows[0][0] == cell(std::int64_t{5}));
}

TEST_CASE("a transaction that is not committed leaves nothing") {
  const temporary_directory folder;
  sqlite_database database = make_numbers(folder.file("a.sqlite"));
  {
    sqlite_transaction all(database);
    database.execute("DELETE FROM numbers");
    CHECK(rows(database) == 0);
  }
  CHECK(rows(database) == 3);
}

TEST_CASE("a file that is no database, or a damaged one, is an input error in one line") {
  const temporary_directory folder;
  const std::string text = folder.file("text.sqlite");
  std::ofstream(text) << std::string(5000, 'x');
  const std::string no_database = message_of<input_error>([&] { sqlite_database(text, access::read); });
  CHECK(no_database == text + ": not a SQLite database; expected a file that spillway has written");

  const std::string damaged = folder.file("damaged.sqlite");
  make_numbers(damaged, 5000);
  overwrite(damaged, 4096, std::string(8192, '\x7e'));
  const std::string corrupt = message_of<input_error>([&] {
    const sqlite_database database(damaged, access::read);
    database.select("SELECT SUM(n) FROM numbers");
  });
  CHECK(corrupt.starts_with(damaged + ": the database is corrupt"));
  CHECK(is_one_line(corrupt));

  const std::string truncated = folder.file("truncated.sqlite");
  make_numbers(truncated, 5000);
  CHECK(truncate(truncated.c_str(), 10000) == 0);
  CHECK_THROWS_AS(sqlite_database(truncated, access::read).select("SELECT SUM(n) FROM numbers"), input_error);
}

TEST_CASE("a missing file, a directory and an existing file are io errors in one line") {
  const temporary_directory folder;
  CHECK(message_of<io_error>([&] { sqlite_database(folder.file("none"), access::read); }) ==
        folder.file("none") + ": no such file");
  CHECK(is_one_line(message_of<io_error>([&] { sqlite_database(folder.path(), access::update); })));
  CHECK(message_of<io_error>([&] {
          sqlite_database(folder.file("no/such/folder"), access::create);
        }).starts_with(folder.file("no/such/folder") + ": cannot open"));
  make_numbers(folder.file("a.sqlite"));
  CHECK(message_of<io_error>([&] {
          sqlite_database(folder.file("a.sqlite"), access::create);
        }).find("exists already") != std::string::npos);
}

TEST_CASE("a reader changes nothing, and a table that is not there is an input error") {
  const temporary_directory folder;
  make_numbers(folder.file("a.sqlite"));
  sqlite_database reader(folder.file("a.sqlite"), access::read);
  CHECK_THROWS_AS(reader.execute("DELETE FROM numbers"), error);
  CHECK(rows(reader) == 3);
  CHECK(message_of<input_error>([&] { reader.select("SELECT * FROM frames"); }).find("no such table: frames") !=
        std::string::npos);
}

TEST_CASE("a database that another writer holds is an io error that says so") {
  const temporary_directory folder;
  sqlite_database first = make_numbers(folder.file("a.sqlite"));
  sqlite_database second(folder.file("a.sqlite"), access::update);
  second.execute("PRAGMA busy_timeout = 1");
  const sqlite_transaction held(first);
  CHECK(message_of<io_error>([&] { sqlite_transaction waiting(second); }).find("locked by another process") !=
        std::string::npos);
}

TEST_CASE("no room is an io error, and what was committed before is kept") {
  const temporary_directory folder;
  sqlite_database database = make_numbers(folder.file("a.sqlite"));
  const auto fill = [&] {
    sqlite_transaction all(database);
    sqlite_statement insert = database.prepare("INSERT INTO numbers VALUES(?, ?)");
    for (int n = 0; n < 1000; ++n) insert.run(n, std::string(1000, 'x'));
    all.commit();
  };
  database.execute("PRAGMA max_page_count = 20");
  CHECK(message_of<io_error>(fill).find("the disk is full") != std::string::npos);
  CHECK(rows(database) == 3);
  database.execute("PRAGMA max_page_count = 100000");
  {
    const file_size_limit limit(64 * 1024);
    CHECK(is_one_line(message_of<io_error>(fill)));
  }
  CHECK(rows(database) == 3);
  fill();
  CHECK(rows(database) == 1003);
}

TEST_CASE("a really full disk is an io error") {
  const temporary_directory folder;
  const auto outcome = testing::on_full_disk<io_error>(folder.path(), [&] {
    sqlite_database database = make_numbers(folder.file("a.sqlite"));
    for (int n = 0; n < 1000; ++n) database.prepare("INSERT INTO numbers VALUES(?, ?)").run(n, std::string(1000, 'x'));
  });
  if (outcome == full_disk_outcome::cannot_mount)
    MESSAGE("skipped: this system does not let us mount a small disk");
  else
    CHECK(outcome == full_disk_outcome::refused);
}

}  // namespace
}  // namespace spillway
