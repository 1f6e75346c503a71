// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/query.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "spillway/models/support/error.h"
#include "spillway/models/support/is_there.h"
#include "spillway/models/support/text.h"
#include "spillway/traces/event_rows.h"
#include "spillway/traces/run_store.h"

namespace spillway {
namespace {

std::string find_run(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!is_there(directory))
    throw io_error(fmt::format("{}: no such directory; expected one made by `spillway simulate -o DIR`", directory));
  if (!fs::is_directory(directory, ignored)) return directory;  // the database itself
  const fs::path run = fs::path(directory) / "run.sqlite";
  if (is_there(run)) return run.string();
  if (is_there(fs::path(directory) / "study.sqlite"))
    throw io_error(fmt::format("{}: holds a study, not a run; `spillway report {}` shows it", directory, directory));
  throw io_error(
      fmt::format("{}: holds no run.sqlite; expected a directory made by `spillway simulate -o DIR`", directory));
}

/// The conditions of a WHERE clause, and the values of their places.
class conditions {
 public:
  template <class Value>
  conditions& add(const char* condition, const std::optional<Value>& value) {
    if (!value) return *this;
    m_text += (m_text.empty() ? " WHERE " : " AND ") + std::string(condition);
    values.emplace_back(static_cast<std::int64_t>(*value));
    return *this;
  }

  std::string where() const { return m_text; }

  /// " LIMIT ?", bound last; SQLite takes -1 for no limit.
  std::string limit(std::int64_t rows) {
    if (rows < 0) throw config_error(fmt::format("limit = {} is negative; nearest: 0 (all rows)", rows));
    values.emplace_back(rows == 0 ? std::int64_t{-1} : rows);
    return " LIMIT ?";
  }

  std::vector<cell> values;

 private:
  std::string m_text;
};

std::string text_of(const cell& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return {};
}

std::int64_t number(const cell& value, const sqlite_database& database) {
  if (const auto* held = std::get_if<std::int64_t>(&value)) return *held;
  throw input_error(fmt::format("{}: a number is not an integer; the run is damaged, make it anew", database.path()));
}

}  // namespace

query::query(const std::string& run_directory) : m_database(find_run(run_directory), sqlite_database::access::read) {
  const bool has_meta = !m_database.select("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").rows.empty();
  const std::string schema = has_meta ? meta("schema") : "none";
  if (schema != run_store::schema)
    throw input_error(fmt::format("{}: schema '{}'; this version reads '{}': simulate again", m_database.path(),
                                  printable(schema), run_store::schema));
}

std::string query::meta(std::string_view key) const {
  const table found = select("SELECT value FROM meta WHERE key = ?", {std::string(key)});
  return found.rows.empty() ? std::string() : text_of(found.rows[0][0]);
}

bool query::finished() const { return !meta("wall_seconds").empty(); }

std::int64_t query::unit_number(const std::string& name_or_number) const {
  const table named = select("SELECT unit FROM units WHERE name = ? ORDER BY unit", {name_or_number});
  if (!named.rows.empty()) return number(named.rows[0][0], m_database);
  std::int64_t unit = -1;
  const char* end = name_or_number.data() + name_or_number.size();
  const auto parsed = std::from_chars(name_or_number.data(), end, unit);
  if (parsed.ec == std::errc() && parsed.ptr == end &&
      !select("SELECT 1 FROM units WHERE unit = ?", {unit}).rows.empty())
    return unit;
  std::string names;
  for (const auto& row : select("SELECT name FROM units ORDER BY unit LIMIT 8").rows)
    names += (names.empty() ? "" : ", ") + text_of(row[0]);
  throw config_error(fmt::format("no unit '{}' in this run; its units: {}", name_or_number, names));
}

table query::summary() const {
  return select(
      "SELECT key, value FROM (SELECT 0 AS part, key, value FROM meta UNION ALL "
      "SELECT 1, key, value FROM totals) ORDER BY part, key");
}

/// Whether the run says which layers its units compute; those of older versions do not.
bool query::has_layers() const {
  return !select("SELECT 1 FROM pragma_table_info('units') WHERE name = 'layer'").rows.empty();
}

table query::layers(const event_filter& filter) const {
  conditions which;
  if (filter.unit) which.add("unit = ?", std::optional(unit_number(*filter.unit)));
  const std::string limit = which.limit(filter.limit);
  const char* said = has_layers() ? "u.layer, u.claimed_bits, u.cycles_per_frame"
                                  : "NULL AS layer, NULL AS claimed_bits, NULL AS cycles_per_frame";
  const std::string sql = fmt::format(
      "SELECT unit, name, layer, register, certified_bits, claimed_bits, channels, proved_channels, "
      "overflowing_channels, dot_products, events, overflowing, persistent, "
      "CAST(overflowing AS REAL) / dot_products AS overflow_rate, cycles_per_frame FROM ("
      "SELECT u.unit, u.name, {}, u.accumulator_bits || ':' || u.overflow || ':' || u.scope AS register, "
      "MAX(c.certified_bits) AS certified_bits, COUNT(*) AS channels, "
      "COALESCE(SUM(c.certified_bits <= u.accumulator_bits), 0) AS proved_channels, "
      "SUM(c.overflowing > 0) AS overflowing_channels, SUM(c.dot_products) AS dot_products, SUM(c.events) AS events, "
      "SUM(c.overflowing) AS overflowing, SUM(c.persistent) AS persistent "
      "FROM units u JOIN channels c USING(unit) WHERE u.accumulator_bits IS NOT NULL GROUP BY u.unit){} ORDER BY "
      "unit{}",
      said, which.where(), limit);
  return select(sql, which.values);
}

table query::channels(const event_filter& filter) const {
  conditions which;
  if (filter.unit) which.add("c.unit = ?", std::optional(unit_number(*filter.unit)));
  which.add("c.channel = ?", filter.channel);
  const std::string sql =
      "SELECT c.unit, u.name, c.channel, c.dot_products, c.events, c.overflowing, c.persistent, "
      "CAST(c.overflowing AS REAL) / c.dot_products AS overflow_rate, c.certified_bits "
      "FROM channels c LEFT JOIN units u USING(unit)" +
      which.where() + " ORDER BY c.overflowing DESC, c.events DESC, c.unit, c.channel" + which.limit(filter.limit);
  return select(sql, which.values);
}

table query::steps(const event_filter& filter) const {
  conditions which;
  if (filter.unit) which.add("e.unit = ?", std::optional(unit_number(*filter.unit)));
  which.add("e.channel = ?", filter.channel).add("e.frame = ?", filter.frame).add("e.step = ?", filter.step);
  which.add("e.persistent = ?", filter.persistent);
  const std::string sql =
      "SELECT e.unit, u.name, e.step, COUNT(*) AS events, SUM(NOT e.persistent) AS transient, "
      "SUM(e.persistent) AS persistent FROM events e LEFT JOIN units u USING(unit)" +
      which.where() + " GROUP BY e.unit, e.step ORDER BY e.unit, e.step" + which.limit(filter.limit);
  return select(sql, which.values);
}

table query::flips(const event_filter& filter) const {
  conditions which;
  which.add("frame = ?", filter.frame);
  const std::string sql =
      "SELECT frame, label, class, exact_class, CASE WHEN label IS NULL THEN 'unknown' "
      "WHEN exact_class = label THEN 'became wrong' WHEN class = label THEN 'became right' ELSE 'stayed wrong' END "
      "AS effect, events, abs_error FROM (SELECT * FROM frames WHERE class <> exact_class)" +
      which.where() + " ORDER BY frame" + which.limit(filter.limit);
  return select(sql, which.values);
}

table query::events(const event_filter& filter) const {
  table all{event_columns(), {}};
  visit_events(filter, [&all](const std::vector<cell>& row) { all.rows.push_back(row); });
  return all;
}

std::vector<std::string> query::event_columns() {
  return {"frame", "unit",   "position", "channel", "step",   "cycle",
          "pe",    "before", "addend",   "exact",   "stored", "persistent"};
}

void query::visit_events(const event_filter& filter, const std::function<void(const std::vector<cell>&)>& take) const {
  conditions which;
  if (filter.unit) which.add("unit = ?", std::optional(unit_number(*filter.unit)));
  which.add("channel = ?", filter.channel).add("frame = ?", filter.frame).add("step = ?", filter.step);
  which.add("persistent = ?", filter.persistent);
  const std::string limit = which.limit(filter.limit);
  const std::string sql =
      fmt::format("SELECT {} FROM events{} ORDER BY rowid{}", fmt::join(event_columns(), ", "), which.where(), limit);
  sqlite_statement rows = m_database.prepare(sql);
  for (std::size_t place = 0; place < which.values.size(); ++place)
    rows.bind(static_cast<int>(place) + 1, which.values[place]);
  std::vector<cell> row(event_columns().size());
  while (rows.step()) {
    for (std::size_t column = 0; column < row.size(); ++column) row[column] = rows.column(static_cast<int>(column));
    take(row);
  }
}

std::vector<overflow_event> query::load_events(const event_filter& filter) const {
  std::vector<overflow_event> loaded;
  for (const auto& row : events(filter).rows) loaded.push_back(detail::read_event(row, 0, m_database.path()));
  return loaded;
}

std::string query::log_note() const {
  const auto logged = number(select("SELECT COUNT(*) FROM events").rows.at(0).at(0), m_database);
  const auto counted = number(select("SELECT COALESCE(SUM(events), 0) FROM channels").rows.at(0).at(0), m_database);
  if (logged >= counted) return {};
  return fmt::format("the log holds {} of {} events; counts by channel are exact", logged, counted);
}

}  // namespace spillway
