// SPDX-License-Identifier: Apache-2.0
#include "traces/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <limits>

#include "models/error.h"

namespace spillway {
namespace {

/// Why the system refused, in its own words if it gave any.
std::string system_reason(sqlite3* database) {
  const int number = database ? sqlite3_system_errno(database) : 0;
  return number != 0 ? std::strerror(number) : sqlite3_errmsg(database);
}

[[noreturn]] void fail(sqlite3* database, int code, const std::string& path) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      throw io_error(
          fmt::format("{}: the disk is full; what was finished is kept, free some space for the rest", path));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw io_error(fmt::format("{}: locked by another process; wait until it has finished, or end it", path));
    case SQLITE_NOTADB:
      throw input_error(fmt::format("{}: not a SQLite database; expected a file that spillway has written", path));
    case SQLITE_CORRUPT:
      throw input_error(fmt::format("{}: the database is corrupt ({}); make it anew", path, sqlite3_errmsg(database)));
    case SQLITE_CANTOPEN:
      throw io_error(fmt::format("{}: cannot open the database: {}", path, system_reason(database)));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      throw io_error(fmt::format("{}: cannot access the database: {}", path, system_reason(database)));
    default:
      throw input_error(fmt::format("{}: {}", path, database ? sqlite3_errmsg(database) : sqlite3_errstr(code)));
  }
}

void check(sqlite3* database, int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  const char* path = sqlite3_db_filename(database, "main");
  fail(database, code, path && *path ? path : "the database");
}

int open_flags(sqlite_database::access mode) {
  // Reading asks for writing, too: only so can SQLite roll back what a killed writer left undone. It falls back to
  // reading alone where the file is write-protected, and `query_only` keeps us from changing anything.
  return mode == sqlite_database::access::read ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

}  // namespace

void sqlite_statement::finalizer::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

sqlite_statement::sqlite_statement(sqlite3* database, std::string_view sql) : m_database(database) {
  sqlite3_stmt* statement = nullptr;
  check(database, sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
  m_statement.reset(statement);
}

void sqlite_statement::bind_integer(int place, std::int64_t value) {
  check(m_database, sqlite3_bind_int64(m_statement.get(), place, value));
}

void sqlite_statement::bind_unsigned(int place, std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    bind_integer(place, static_cast<std::int64_t>(value));
  else
    bind(place, std::string_view(fmt::to_string(value)));
}

void sqlite_statement::bind(int place, double value) {
  check(m_database, sqlite3_bind_double(m_statement.get(), place, value));
}

void sqlite_statement::bind(int place, std::string_view value) {
  // A null pointer would bind NULL, which an empty text is not.
  const char* text = value.data() ? value.data() : "";
  check(m_database, sqlite3_bind_text64(m_statement.get(), place, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void sqlite_statement::bind(int place, std::monostate) {
  check(m_database, sqlite3_bind_null(m_statement.get(), place));
}

void sqlite_statement::bind(int place, const cell& value) {
  std::visit([&](const auto& held) { bind(place, held); }, value);
}

bool sqlite_statement::step() {
  const int code = sqlite3_step(m_statement.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  // The message goes away with the reset that the statement needs to let go of its locks.
  try {
    check(m_database, code);
  } catch (...) {
    sqlite3_reset(m_statement.get());
    throw;
  }
  return false;
}

void sqlite_statement::reset() { sqlite3_reset(m_statement.get()); }

void sqlite_statement::execute() {
  while (step()) {
  }
  reset();
}

int sqlite_statement::columns() const { return sqlite3_column_count(m_statement.get()); }

std::string sqlite_statement::column_name(int column) const { return sqlite3_column_name(m_statement.get(), column); }

cell sqlite_statement::column(int column) const {
  sqlite3_stmt* statement = m_statement.get();
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return std::monostate{};
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      return text ? std::string(text, length) : std::string();
    }
  }
}

void sqlite_database::closer::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

sqlite_database::sqlite_database(const std::string& path, access mode) : m_path(path) {
  std::error_code ignored;
  if (mode == access::create && std::filesystem::exists(path, ignored))
    throw io_error(fmt::format("{}: exists already; name a new directory, or overwrite with --force", path));
  if (mode == access::read && !std::filesystem::exists(path, ignored))
    throw io_error(fmt::format("{}: no such file", path));
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, open_flags(mode), nullptr);
  m_database.reset(database);
  if (code != SQLITE_OK) fail(database, code, path);
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, 2000);
  // Opening is lazy. Reading the schema now makes a file that is no database fail here, before anything is done.
  execute(mode == access::read ? "PRAGMA schema_version; PRAGMA query_only = 1" : "PRAGMA schema_version");
}

void sqlite_database::execute(const std::string& sql) {
  check(m_database.get(), sqlite3_exec(m_database.get(), sql.c_str(), nullptr, nullptr, nullptr));
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

// IMMEDIATE takes the lock now: a second writer is told at once, not in the middle of its rows.
sqlite_transaction::sqlite_transaction(sqlite_database& database) : m_database(database) {
  m_database.execute("BEGIN IMMEDIATE");
}

sqlite_transaction::~sqlite_transaction() {
  // A full disk may have rolled back already; then this fails, which is fine.
  if (m_open) sqlite3_exec(m_database.m_database.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void sqlite_transaction::commit() {
  m_database.execute("COMMIT");
  m_open = false;
}

}  // namespace spillway
