// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/study_store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <filesystem>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/is_there.h"

namespace spillway {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of(const study_table& table, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(fmt::format("\"{}\"", table.columns[i].name));
  return names;
}

std::string columns_of(const study_table& table) {
  return fmt::format("{}", fmt::join(names_of(table, table.columns.size()), ", "));
}

std::string keys_of(const study_table& table) {
  return fmt::format("{}", fmt::join(names_of(table, table.keys), ", "));
}

std::string creation_of(const study_table& table) {
  std::string columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    columns +=
        fmt::format("\"{}\" {}{}, ", table.columns[i].name, table.columns[i].type, i < table.keys ? " NOT NULL" : "");
  return fmt::format("CREATE TABLE {}({}PRIMARY KEY({})) WITHOUT ROWID;\n", table.name, columns, keys_of(table));
}

std::string insertion_of(const study_table& table) {
  const std::vector<std::string> places(table.columns.size(), "?");
  return fmt::format("INSERT OR REPLACE INTO {} VALUES({})", table.name, fmt::join(places, ","));
}

void insert(sqlite_statement& statement, const std::vector<cell>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) statement.bind(static_cast<int>(i) + 1, cells[i]);
  statement.step();
  statement.reset();
}

void create_tables(sqlite_database& database) {
  std::string sql = "CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value TEXT) WITHOUT ROWID;\n";
  for (const study_table& table : study_tables()) sql += creation_of(table);
  database.execute(sql);
}

std::string word(const sqlite_database& database, const std::string& key) {
  const table found = database.select("SELECT CAST(value AS TEXT) FROM meta WHERE key = ?", {key});
  const auto* text = found.rows.empty() ? nullptr : std::get_if<std::string>(&found.rows[0][0]);
  return text ? *text : std::string();
}

void check_schema(const sqlite_database& database) {
  const bool has_meta = !database.select("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").rows.empty();
  const std::string schema = has_meta ? word(database, "schema") : "";
  if (schema != study_schema)
    throw input_error(fmt::format("{}: schema '{}', where this version writes '{}'; name a new directory",
                                  shown_path(database.path()), schema, study_schema));
}

/// Row by row, in the order of the keys.
void copy_rows(const sqlite_database& from, sqlite_database& to) {
  for (const study_table& table : study_tables()) {
    sqlite_statement rows =
        from.prepare(fmt::format("SELECT {} FROM {} ORDER BY {}", columns_of(table), table.name, keys_of(table)));
    sqlite_statement into = to.prepare(insertion_of(table));
    std::vector<cell> cells(table.columns.size());
    while (rows.step()) {
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = rows.column(static_cast<int>(i));
      insert(into, cells);
    }
  }
}

}  // namespace

study_store::study_store(const std::string& path) : m_database(path, sqlite_database::access::update) {
  if (m_database.select("SELECT name FROM sqlite_schema").rows.empty())
    create();
  else
    check();
}

void study_store::create() {
  m_database.write([this] {
    create_tables(m_database);
    sqlite_statement words = m_database.prepare("INSERT INTO meta VALUES(?, ?)");
    words.run("schema", study_schema);
    words.run("results_version", std::to_string(study_results_version));
  });
}

void study_store::check() const {
  check_schema(m_database);
  if (const std::string version = meta("results_version"); version != std::to_string(study_results_version))
    throw input_error(
        fmt::format("{}: results of version {}, where this program's are of version {}; name a new "
                    "directory, or overwrite with --force",
                    shown_path(m_database.path()), version, study_results_version));
}

void study_store::write(std::span<const study_row> rows) {
  m_database.write([&] {
    for (const study_row& row : rows) {
      const study_table& table = find_study_table(row.table);
      if (row.cells.size() != table.columns.size())
        throw config_error(fmt::format("a row of {} has {} cells; right: {}, one a column", row.table, row.cells.size(),
                                       table.columns.size()));
      sqlite_statement into = m_database.prepare(insertion_of(table));
      insert(into, row.cells);
    }
  });
}

std::set<std::string> study_store::points() const {
  std::set<std::string> found;
  for (const auto& row : m_database.select("SELECT point FROM points").rows)
    found.insert(std::get<std::string>(row.at(0)));
  return found;
}

void study_store::take(const std::string& other) {
  const sqlite_database from(other, sqlite_database::access::read);
  if (from.select("SELECT name FROM sqlite_schema").rows.empty()) return;  // its process was killed before it had begun
  check_schema(from);
  if (word(from, "results_version") != meta("results_version"))
    throw input_error(fmt::format("{}: results of version {}, not {}; run that task again", shown_path(other),
                                  word(from, "results_version"), meta("results_version")));
  m_database.write([&] { copy_rows(from, m_database); });
}

std::string study_store::meta(const std::string& key) const { return word(m_database, key); }

void study_store::write_meta(const std::map<std::string, std::string>& words) {
  m_database.write([&] {
    sqlite_statement into = m_database.prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)");
    for (const auto& [key, value] : words) into.run(key, value);
  });
}

bool is_finished_study(const std::string& path, const std::vector<std::string>& points) {
  if (!is_there(path)) return false;
  try {
    const sqlite_database store(path, sqlite_database::access::read);
    if (store.select("SELECT name FROM sqlite_schema").rows.empty()) return false;
    check_schema(store);
    if (word(store, "results_version") != std::to_string(study_results_version) || word(store, "finished") != "1")
      return false;
    sqlite_statement find = store.prepare("SELECT 1 FROM points WHERE point = ?");
    for (const std::string& point : points) {
      find.reset();
      find.bind(1, point);
      if (!find.step()) return false;
    }
    return true;
  } catch (const busy_error&) {
    return false;
  }
}

void rewrite_study(const std::string& path) {
  const std::string draft = path + ".copy";
  std::error_code failed;
  fs::remove(draft, failed);
  {
    const sqlite_database from(path, sqlite_database::access::read);
    sqlite_database to(draft, sqlite_database::access::create);
    to.write([&] {
      create_tables(to);
      sqlite_statement words = to.prepare("INSERT INTO meta VALUES(?, ?)");
      for (const auto& row : from.select("SELECT key, CAST(value AS TEXT) FROM meta ORDER BY key").rows)
        if (row[0] != cell("finished")) words.run(std::get<std::string>(row[0]), std::get<std::string>(row[1]));
      words.run("finished", "1");
      copy_rows(from, to);
    });
  }
  fs::rename(draft, path, failed);
  if (failed) throw_io_error(path, "replace the file", failed.value());
}

}  // namespace spillway
