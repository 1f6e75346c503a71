// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/models/support/error.h"
#include "spillway/traces/table.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace spillway {

// SQLite through SQLiteCpp, which owns its resources, with its exceptions turned into our one-line ones and its columns
// into cells: `io_error` where the system refused (full disk, no permission, locked by another process), `input_error`
// where the file is wrong (not a database, corrupt, no such table).

/// Another process holds the file. What was asked for can be asked for again.
class busy_error : public io_error {
 public:
  using io_error::io_error;
};

/// A prepared statement. Places count from 1, columns from 0. It must not outlive its database.
class sqlite_statement {
 public:
  sqlite_statement(sqlite_statement&&) noexcept;
  ~sqlite_statement();

  /// Gives a place of the statement its value, which stays until another one is bound.
  template <std::signed_integral Integer>
  void bind(int place, Integer value) {
    bind_integer(place, value);
  }
  void bind(int place, bool value) { bind_integer(place, value ? 1 : 0); }
  /// Beyond int64: bound as text, in decimal.
  template <std::unsigned_integral Integer>
  void bind(int place, Integer value) {
    bind_unsigned(place, value);
  }
  void bind(int place, double value);  ///< NaN is stored as NULL
  void bind(int place, std::string_view value);
  void bind(int place, const char* value) { bind(place, std::string_view(value)); }
  void bind(int place, const std::string& value) { bind(place, std::string_view(value)); }
  void bind(int place, std::monostate);
  void bind(int place, const cell& value);
  template <class Value>
  void bind(int place, const std::optional<Value>& value) {
    value ? bind(place, *value) : bind(place, std::monostate{});
  }

  /// Binds all places in order, executes, and is ready for the next row.
  template <class... Values>
  void run(const Values&... values) {
    int place = 0;
    (bind(++place, values), ...);
    execute();
  }

  /// The next row; false after the last. `reset` starts over with other values.
  bool step();
  void reset();
  int columns() const;
  std::string column_name(int column) const;
  cell column(int column) const;

 private:
  friend class sqlite_database;
  sqlite_statement(const SQLite::Database& database, const std::string& path, std::string_view sql);
  void bind_integer(int place, std::int64_t value);
  void bind_unsigned(int place, std::uint64_t value);
  void execute();

  std::string m_path;  ///< of the database, for messages
  std::unique_ptr<SQLite::Statement> m_statement;
};

/// An open database file. Foreign readers may hold it: statements wait up to two seconds for a lock.
class sqlite_database {
 public:
  enum class access : unsigned char {
    read,    ///< an existing file, which is never changed (but for the rollback of what a killed writer left undone)
    create,  ///< a file that does not exist yet
    update,  ///< a file that may exist
  };

  /// Throws `io_error` or `input_error` where the file can't be opened so.
  sqlite_database(const std::string& path, access mode);
  sqlite_database(sqlite_database&&) noexcept;
  ~sqlite_database();

  /// Statements without results, several at a time.
  void execute(const std::string& sql);
  sqlite_statement prepare(std::string_view sql) const { return {*m_database, m_path, sql}; }

  /// Runs `body` as one transaction. Where a reader holds the file for longer than two seconds, a copy takes the file's
  /// place, and the reader keeps the old one: nobody who looks at a file stops the one who writes it. Throws as its
  /// statements do, and then nothing is changed; `busy_error` where another process writes.
  template <class Body>
  void write(const Body& body);

  /// Puts a copy of the file in its place, which no reader holds. No statement may be left. Throws `busy_error` where
  /// another process keeps the file from being read, `io_error` if the system refuses.
  void leave_readers();

  /// All rows of one SELECT, `values` bound to its places.
  table select(std::string_view sql, const std::vector<cell>& values = {}) const;

  /// As it was given.
  const std::string& path() const { return m_path; }

 private:
  friend class sqlite_transaction;

  void open(access mode);

  std::string m_path;
  std::unique_ptr<SQLite::Database> m_database;
};

/// All or nothing: what was written since construction is undone unless `commit` was reached.
class sqlite_transaction {
 public:
  explicit sqlite_transaction(sqlite_database& database);
  ~sqlite_transaction();
  sqlite_transaction(const sqlite_transaction&) = delete;
  sqlite_transaction& operator=(const sqlite_transaction&) = delete;

  /// Keeps what was written. Throws as a statement does, and then nothing is kept.
  void commit();

 private:
  sqlite_database& m_database;
  bool m_open = true;
};

template <class Body>
void sqlite_database::write(const Body& body) {
  bool has_begun = false;  // a writer keeps us from that, a reader only from the end
  const auto attempt = [&] {
    sqlite_transaction all(*this);
    has_begun = true;
    body();
    all.commit();
  };
  try {
    attempt();
  } catch (const busy_error&) {
    if (!has_begun) throw;
    leave_readers();
    attempt();
  }
}

}  // namespace spillway
