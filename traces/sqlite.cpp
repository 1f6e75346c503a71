// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/sqlite.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <utility>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/is_there.h"
#include "spillway/models/support/text.h"

namespace spillway {
namespace {

/// Turns what SQLiteCpp throws into our exceptions. `system_error` is errno as the call left it, 0 if it set none.
[[noreturn]] void fail(const SQLite::Exception& why, const std::string& file, int system_error) {
  const std::string path = shown_path(file);
  const char* reason = system_error != 0 ? std::strerror(system_error) : why.getErrorStr();
  switch (why.getErrorCode() & 0xff) {
    case SQLITE_FULL:
      throw io_error(
          fmt::format("{}: the disk is full; what was finished is kept, free some space for the rest", path));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw busy_error(fmt::format("{}: locked by another process; wait until it has finished, or end it", path));
    case SQLITE_NOTADB:
      throw input_error(fmt::format("{}: not a SQLite database; expected a file that spillway has written", path));
    case SQLITE_CORRUPT:
      throw input_error(fmt::format("{}: the database is corrupt ({}); make it anew", path, printable(why.what())));
    case SQLITE_CANTOPEN:
      throw io_error(fmt::format("{}: cannot open the database: {}", path, reason));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      throw io_error(fmt::format("{}: cannot access the database: {}", path, reason));
    default:
      throw input_error(fmt::format("{}: {}", path, printable(why.what())));
  }
}

/// Calls SQLiteCpp, and speaks of `path` if it throws.
template <class Call>
auto checked(const std::string& path, Call&& call) {
  errno = 0;
  try {
    return std::forward<Call>(call)();
  } catch (const SQLite::Exception& why) {
    fail(why, path, errno);
  }
}

int open_flags(sqlite_database::access mode) {
  // Reading asks for writing, too: only so can SQLite roll back what a killed writer left undone. It falls back to
  // reading alone where the file is write-protected, and `query_only` keeps us from changing anything.
  return mode == sqlite_database::access::read ? SQLite::OPEN_READWRITE : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
}

constexpr int busy_timeout_milliseconds = 2000;

}  // namespace

sqlite_statement::sqlite_statement(sqlite_statement&&) noexcept = default;
sqlite_statement::~sqlite_statement() = default;

sqlite_statement::sqlite_statement(const SQLite::Database& database, const std::string& path, std::string_view sql)
    : m_path(path) {
  checked(m_path, [&] { m_statement = std::make_unique<SQLite::Statement>(database, std::string(sql)); });
}

void sqlite_statement::bind_integer(int place, std::int64_t value) {
  checked(m_path, [&] { m_statement->bind(place, value); });
}

void sqlite_statement::bind_unsigned(int place, std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    bind_integer(place, static_cast<std::int64_t>(value));
  else
    bind(place, std::string_view(fmt::to_string(value)));
}

void sqlite_statement::bind(int place, double value) {
  checked(m_path, [&] { m_statement->bind(place, value); });
}

void sqlite_statement::bind(int place, std::string_view value) {
  checked(m_path, [&] { m_statement->bind(place, std::string(value)); });
}

void sqlite_statement::bind(int place, std::monostate) {
  checked(m_path, [&] { m_statement->bind(place); });
}

void sqlite_statement::bind(int place, const cell& value) {
  std::visit([&](const auto& held) { bind(place, held); }, value);
}

bool sqlite_statement::step() {
  return checked(m_path, [&] {
    try {
      return m_statement->executeStep();
    } catch (...) {
      m_statement->tryReset();  // lets go of its locks
      throw;
    }
  });
}

void sqlite_statement::execute() {
  step();
  reset();
}

void sqlite_statement::reset() { m_statement->tryReset(); }

int sqlite_statement::columns() const { return m_statement->getColumnCount(); }

std::string sqlite_statement::column_name(int column) const {
  return checked(m_path, [&] { return std::string(m_statement->getColumnName(column)); });
}

cell sqlite_statement::column(int column) const {
  return checked(m_path, [&]() -> cell {
    const SQLite::Column value = m_statement->getColumn(column);
    if (value.isInteger()) return std::int64_t{value.getInt64()};
    if (value.isFloat()) return value.getDouble();
    if (value.isNull()) return std::monostate{};
    return value.getString();
  });
}

sqlite_database::sqlite_database(const std::string& path, access mode) : m_path(path) {
  std::error_code ignored;
  if (mode == access::create && std::filesystem::exists(path, ignored))
    throw io_error(fmt::format("{}: exists already; name a new directory, or overwrite with --force", path));
  if (mode == access::read && !is_there(path)) throw io_error(fmt::format("{}: no such file", path));
  open(mode);
}

void sqlite_database::open(access mode) {
  checked(m_path, [&] {
    m_database = std::make_unique<SQLite::Database>(m_path, open_flags(mode), busy_timeout_milliseconds);
    sqlite3_extended_result_codes(m_database->getHandle(), 1);
  });
  // Opening is lazy. Reading the schema now makes a file that is no database fail here, before anything is done.
  execute(mode == access::read ? "PRAGMA schema_version; PRAGMA query_only = 1"
                               : "PRAGMA schema_version; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;"
                                 "PRAGMA cache_size = -16384");  // KiB: the index of a million events is built in it
}

void sqlite_database::leave_readers() {
  const std::string copy = m_path + ".copy";
  std::error_code ignored;
  std::filesystem::remove(copy, ignored);
  try {
    checked(m_path, [&] {
      SQLite::Database to(copy, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      SQLite::Backup pages(to, *m_database);
      if (const int result = pages.executeStep(-1); result != SQLITE_DONE) throw SQLite::Exception(m_path, result);
    });
  } catch (...) {
    std::filesystem::remove(copy, ignored);
    throw;
  }
  m_database.reset();
  std::error_code failed;
  std::filesystem::rename(copy, m_path, failed);
  open(access::update);
  if (failed) throw_io_error(m_path, "replace the file", failed.value());
}

sqlite_database::sqlite_database(sqlite_database&&) noexcept = default;
sqlite_database::~sqlite_database() = default;

void sqlite_database::execute(const std::string& sql) {
  checked(m_path, [&] { m_database->exec(sql); });
}

table sqlite_database::select(std::string_view sql, const std::vector<cell>& values) const {
  sqlite_statement statement = prepare(sql);
  for (std::size_t place = 0; place < values.size(); ++place)
    statement.bind(static_cast<int>(place) + 1, values[place]);
  table result;
  for (int column = 0; column < statement.columns(); ++column) result.columns.push_back(statement.column_name(column));
  while (statement.step()) {
    auto& row = result.rows.emplace_back();
    for (int column = 0; column < statement.columns(); ++column) row.push_back(statement.column(column));
  }
  return result;
}

// IMMEDIATE takes the lock now: a second writer is told at once, not in the middle of its rows. (SQLiteCpp's own
// transaction throws its own exceptions.)
sqlite_transaction::sqlite_transaction(sqlite_database& database) : m_database(database) {
  m_database.execute("BEGIN IMMEDIATE");
}

sqlite_transaction::~sqlite_transaction() {
  // A full disk may have rolled back already; then this fails, which is fine.
  if (m_open) m_database.m_database->tryExec("ROLLBACK");
}

void sqlite_transaction::commit() {
  m_database.execute("COMMIT");
  m_open = false;
}

}  // namespace spillway
