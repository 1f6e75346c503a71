// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/run_store.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "spillway/models/support/error.h"
#include "spillway/traces/event_rows.h"

namespace spillway {
namespace {

// Columns without a type keep what they are given: integers as integers, decimal text as text.
constexpr const char* run_tables = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE units(unit INTEGER PRIMARY KEY, name TEXT, kind TEXT, mh INTEGER, mw INTEGER, pe INTEGER, simd INTEGER,
  weight_bits INTEGER, input_type TEXT, accumulator_bits INTEGER, overflow TEXT, scope TEXT, latency INTEGER,
  layer TEXT, weight_type TEXT, output_type TEXT, claimed_bits INTEGER, l1_bound INTEGER, data_type_bound INTEGER,
  zeros INTEGER, cycles_per_frame INTEGER);
CREATE TABLE streams(stream INTEGER PRIMARY KEY, from_unit INTEGER, to_unit INTEGER, bits INTEGER, beats INTEGER,
  depth INTEGER, peak INTEGER);
CREATE TABLE channels(unit INTEGER, channel INTEGER, dot_products INTEGER, events INTEGER, overflowing INTEGER,
  persistent INTEGER, certified_bits INTEGER, PRIMARY KEY(unit, channel)) WITHOUT ROWID;
CREATE TABLE events(frame INTEGER, unit INTEGER, position INTEGER, channel INTEGER, step INTEGER, cycle INTEGER,
  pe INTEGER, before, addend, exact, stored, persistent INTEGER);
CREATE TABLE frames(frame INTEGER PRIMARY KEY, label INTEGER, class INTEGER, exact_class INTEGER, events INTEGER,
  abs_error REAL);
CREATE TABLE activity(unit INTEGER PRIMARY KEY, working INTEGER, starved INTEGER, blocked INTEGER, draining INTEGER);
CREATE TABLE costs(unit INTEGER, term TEXT, luts REAL, formula TEXT, hardware TEXT, category TEXT, stream INTEGER,
  low REAL, high REAL, PRIMARY KEY(unit, stream, term, hardware));
CREATE TABLE prices(hardware TEXT, unit INTEGER, name TEXT, kind TEXT, luts REAL, luts_low REAL, luts_high REAL, ff REAL,
  ff_low REAL, ff_high REAL, bram18 REAL, uram REAL, dsp REAL, sites REAL, PRIMARY KEY(hardware, name));
CREATE TABLE assumptions(assumption INTEGER PRIMARY KEY, "where" TEXT, what TEXT, value TEXT, why TEXT);
CREATE TABLE totals(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
)";

// Of a run that is not finished: how far it has come, and events of frames that are not done, by their place in the
// log.
constexpr const char* checkpoint_tables = R"(
CREATE TABLE progress(key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
CREATE TABLE events_ahead(place INTEGER PRIMARY KEY, frame INTEGER, unit INTEGER, position INTEGER, channel INTEGER,
  step INTEGER, cycle INTEGER, pe INTEGER, before, addend, exact, stored, persistent INTEGER);
)";

/// An INSERT of as many places as there are columns.
std::string insert_into(std::string_view table, int columns) {
  std::string sql = fmt::format("INSERT OR REPLACE INTO {} VALUES(?", table);
  for (int column = 1; column < columns; ++column) sql += ",?";
  return sql + ")";
}

/// An INSERT of an event with its place in the log.
std::string insert_event_into(std::string_view table, std::string_view place) {
  return insert_into(fmt::format("{}({}, {})", table, place, detail::event_columns), detail::event_column_count + 1);
}

std::int64_t integer_of(const cell& value, const std::string& path) {
  if (const auto* held = std::get_if<std::int64_t>(&value)) return *held;
  throw input_error(fmt::format("{}: a count is not an integer; the run is damaged, make it anew", path));
}

std::uint64_t count_of(const cell& value, const std::string& path) {
  return static_cast<std::uint64_t>(integer_of(value, path));
}

std::optional<double> real_of(const cell& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return std::nullopt;
}

void insert_frames(const sqlite_database& database, std::span<const frame_row> frames) {
  sqlite_statement insert = database.prepare("INSERT OR REPLACE INTO frames VALUES(?,?,?,?,?,?)");
  for (const frame_row& row : frames)
    insert.run(row.frame, row.label, row.simulated_class, row.exact_class, row.events, row.abs_error);
}

}  // namespace

run_store::run_store(const std::string& path, const run_info& info)
    : m_database(path, sqlite_database::access::create) {
  sqlite_transaction all(m_database);
  m_database.execute(run_tables);
  m_database.execute(checkpoint_tables);
  sqlite_statement insert = m_database.prepare("INSERT INTO meta VALUES(?, ?)");
  insert.run("schema", schema);
  insert.run("version", info.version);
  insert.run("command", info.command);
  insert.run("model", info.model);
  insert.run("dataset", info.dataset);
  insert.run("engine", info.engine);
  insert.run("started", info.started);
  all.commit();
}

bool run_store::can_resume(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) return false;
  const sqlite_database database(path, sqlite_database::access::read);
  if (database.select("SELECT 1 FROM sqlite_schema WHERE name = 'progress'").rows.empty()) return false;
  return !database.select("SELECT 1 FROM progress WHERE key = 'frames'").rows.empty();
}

run_store::run_store(const std::string& path) : m_database(path, sqlite_database::access::update) {
  const table found = m_database.select("SELECT value FROM meta WHERE key = 'schema'");
  if (found.rows.empty() || found.rows[0][0] != cell(std::string(schema)))
    throw input_error(fmt::format("{}: not a run of this version; make it anew", path));
  m_logged = count_of(
      m_database.select("SELECT (SELECT COUNT(*) FROM events) + (SELECT COUNT(*) FROM events_ahead)").rows.at(0).at(0),
      path);
  for (const auto& row : m_database.select("SELECT place FROM events_ahead ORDER BY place").rows)
    m_ahead.push_back(count_of(row[0], path) - 1);
}

void run_store::write_meta(const std::string& key, const std::string& value) {
  m_database.write([&] { m_database.prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)").run(key, value); });
}

void run_store::write_units(std::span<const unit_row> units) {
  m_database.write([&] {
    sqlite_statement insert = m_database.prepare(insert_into("units", 21));
    for (const unit_row& row : units)
      insert.run(row.unit, row.name, row.kind, row.mh, row.mw, row.pe, row.simd, row.weight_bits, row.input_type,
                 row.accumulator_bits, row.overflow, row.scope, row.latency, row.layer, row.weight_type,
                 row.output_type, row.claimed_bits, row.l1_bound, row.data_type_bound, row.zeros, row.cycles_per_frame);
  });
}

void run_store::write_streams(std::span<const stream_row> streams) {
  m_database.write([&] {
    sqlite_statement insert = m_database.prepare(insert_into("streams", 7));
    for (const stream_row& row : streams)
      insert.run(row.stream, row.from_unit, row.to_unit, row.bits, row.beats, row.depth, row.peak);
  });
}

void run_store::write_counts(std::uint32_t unit, std::span<const channel_counts> counts,
                             std::span<const int> certified_bits) {
  if (!certified_bits.empty() && certified_bits.size() != counts.size())
    throw config_error(fmt::format("certified_bits of unit {} has {} entries; expected one a channel: {}", unit,
                                   certified_bits.size(), counts.size()));
  m_database.write([&] {
    sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO channels VALUES(?,?,?,?,?,?,?)");
    for (std::size_t channel = 0; channel < counts.size(); ++channel) {
      const channel_counts& row = counts[channel];
      const auto bits = certified_bits.empty() ? std::nullopt : std::optional(certified_bits[channel]);
      insert.run(unit, channel, row.dot_products, row.events, row.overflowing_dot_products, row.persistent_dot_products,
                 bits);
    }
  });
}

void run_store::write_events(std::span<const overflow_event> events) {
  m_database.write([&] {
    sqlite_statement insert = m_database.prepare(insert_into("events", detail::event_column_count));
    for (const overflow_event& event : events) {
      detail::bind_event(insert, 1, event);
      insert.step();
      insert.reset();
    }
  });
}

void run_store::write_frames(std::span<const frame_row> frames) {
  m_database.write([&] { insert_frames(m_database, frames); });
}

void run_store::write_activity(std::span<const activity_row> activity) {
  m_database.write([&] {
    sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO activity VALUES(?,?,?,?,?)");
    for (const activity_row& row : activity) insert.run(row.unit, row.working, row.starved, row.blocked, row.draining);
  });
}

void run_store::write_costs(std::span<const cost_row> costs) {
  m_database.write([&] {
    sqlite_statement insert = m_database.prepare(insert_into("costs", 9));
    for (const cost_row& row : costs)
      insert.run(row.unit, row.term, row.luts, row.formula, row.hardware, row.category, row.stream, row.low, row.high);
  });
}

void run_store::write_prices(std::span<const price_row> prices) {
  m_database.write([&] {
    sqlite_statement insert = m_database.prepare(insert_into("prices", 14));
    for (const price_row& row : prices)
      insert.run(row.hardware, row.unit, row.name, row.kind, row.luts, row.luts_low, row.luts_high, row.ff, row.ff_low,
                 row.ff_high, row.bram18, row.uram, row.dsp, row.sites);
  });
}

void run_store::write_assumptions(std::span<const assumption> assumptions) {
  sqlite_transaction all(m_database);
  sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO assumptions VALUES(?,?,?,?,?)");
  std::int64_t place = 0;
  for (const assumption& of : assumptions) insert.run(place++, of.where, of.what, of.value, of.why);
  all.commit();
}

void run_store::write_totals(const run_totals& totals) {
  m_database.write([&] {
    sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO totals VALUES(?, ?)");
    insert.run("frames", totals.frames);
    insert.run("accuracy", totals.accuracy);
    insert.run("exact_accuracy", totals.exact_accuracy);
    insert.run("dot_products", totals.dot_products);
    insert.run("overflow_events", totals.overflow_events);
    insert.run("overflowing_dot_products", totals.overflowing_dot_products);
    insert.run("persistent_dot_products", totals.persistent_dot_products);
    insert.run("cycles", totals.cycles);
    insert.run("first_frame_latency", totals.first_frame_latency);
    insert.run("mean_abs_error", totals.mean_abs_error);
  });
}

void run_store::write_log(const checkpoint& now) {
  std::vector<std::uint64_t> places = m_ahead;
  for (std::uint64_t place = m_logged; place < now.log.size(); ++place) places.push_back(place);
  m_database.execute("DELETE FROM events_ahead");
  sqlite_statement finished = m_database.prepare(insert_event_into("events", "rowid"));
  sqlite_statement ahead = m_database.prepare(insert_event_into("events_ahead", "place"));
  for (const std::uint64_t place : places) {
    overflow_event event = now.log[place];
    sqlite_statement& insert = event.frame < now.progress.frames ? finished : ahead;
    event.frame += now.first_frame;
    insert.bind(1, place + 1);
    detail::bind_event(insert, 2, event);
    insert.step();
    insert.reset();
  }
}

void run_store::write_checkpoint(const checkpoint& now) {
  m_database.write([&] {
    sqlite_statement count = m_database.prepare(
        "INSERT INTO channels VALUES(?,?,?,?,?,?,NULL) ON CONFLICT(unit, channel) DO UPDATE SET dot_products = "
        "excluded.dot_products, events = excluded.events, overflowing = excluded.overflowing, persistent = "
        "excluded.persistent");
    for (std::size_t unit = 0; unit < now.counts.size(); ++unit)
      for (std::size_t channel = 0; channel < now.counts[unit].size(); ++channel) {
        const channel_counts& row = now.counts[unit][channel];
        count.run(unit, channel, row.dot_products, row.events, row.overflowing_dot_products,
                  row.persistent_dot_products);
      }
    insert_frames(m_database, now.frames);
    write_log(now);
    sqlite_statement progress = m_database.prepare("INSERT OR REPLACE INTO progress VALUES(?, ?)");
    progress.run("frames", now.progress.frames);
    progress.run("is_simulated", now.progress.is_simulated);
  });
  std::erase_if(m_ahead, [&](std::uint64_t place) { return now.log[place].frame < now.progress.frames; });
  for (; m_logged < now.log.size(); ++m_logged)
    if (now.log[m_logged].frame >= now.progress.frames) m_ahead.push_back(m_logged);
}

run_progress run_store::read_progress() const {
  run_progress progress;
  for (const auto& row : m_database.select("SELECT key, value FROM progress").rows) {
    if (row[0] == cell(std::string("frames"))) progress.frames = count_of(row[1], m_database.path());
    if (row[0] == cell(std::string("is_simulated"))) progress.is_simulated = count_of(row[1], m_database.path()) != 0;
  }
  return progress;
}

recorded_frames run_store::read_recorded(std::size_t units, std::uint64_t first_frame) const {
  const std::string& path = m_database.path();
  recorded_frames recorded;
  recorded.frames = read_progress().frames;
  recorded.counts.resize(units);
  for (const auto& row :
       m_database
           .select("SELECT unit, channel, dot_products, events, overflowing, persistent FROM channels "
                   "ORDER BY unit, channel")
           .rows) {
    const std::uint64_t unit = count_of(row[0], path);
    if (unit >= units || count_of(row[1], path) != recorded.counts[unit].size())
      throw input_error(fmt::format("{}: channels are missing; the run is damaged, make it anew", path));
    recorded.counts[unit].push_back(
        {count_of(row[2], path), count_of(row[3], path), count_of(row[4], path), count_of(row[5], path)});
  }
  const table log = m_database.select(
      fmt::format("SELECT rowid AS place, 0, {0} FROM events UNION ALL SELECT place, 1, {0} FROM events_ahead ORDER BY "
                  "place",
                  detail::event_columns));
  for (const auto& row : log.rows) {
    if (count_of(row[0], path) != recorded.events.size() + 1)
      throw input_error(fmt::format("{}: events are missing; the run is damaged, make it anew", path));
    recorded.events.push_back(detail::read_event(row, 2, path));
    recorded.events.back().frame -= first_frame;
    recorded.events_ahead += count_of(row[1], path);
  }
  return recorded;
}

std::vector<activity_row> run_store::read_activity() const {
  std::vector<activity_row> rows;
  for (const auto& row :
       m_database.select("SELECT unit, working, starved, blocked, draining FROM activity ORDER BY unit").rows) {
    const std::string& path = m_database.path();
    rows.push_back({static_cast<std::uint32_t>(count_of(row[0], path)), count_of(row[1], path), count_of(row[2], path),
                    count_of(row[3], path), count_of(row[4], path)});
  }
  return rows;
}

std::vector<int> run_store::read_most_filled() const {
  std::vector<int> peaks;
  for (const auto& row : m_database.select("SELECT peak FROM streams WHERE peak IS NOT NULL ORDER BY stream").rows)
    peaks.push_back(static_cast<int>(count_of(row[0], m_database.path())));
  return peaks;
}

run_totals run_store::read_totals() const {
  run_totals totals;
  for (const auto& row : m_database.select("SELECT key, value FROM totals").rows) {
    const auto* key = std::get_if<std::string>(&row[0]);
    if (!key) continue;
    if (*key == "frames") totals.frames = count_of(row[1], m_database.path());
    if (*key == "cycles") totals.cycles = count_of(row[1], m_database.path());
    if (*key == "first_frame_latency") totals.first_frame_latency = count_of(row[1], m_database.path());
    if (*key == "accuracy") totals.accuracy = real_of(row[1]);
  }
  return totals;
}

void run_store::finish(double wall_seconds, bool log_capped) {
  m_database.write([&] {
    // Indexes are built once, over all rows: far cheaper than keeping them while a million events come in.
    m_database.execute(
        "CREATE INDEX IF NOT EXISTS events_by_channel ON events(unit, channel);"
        "CREATE INDEX IF NOT EXISTS events_by_frame ON events(frame);"
        "DROP TABLE IF EXISTS progress; DROP TABLE IF EXISTS events_ahead");
    sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)");
    insert.run("wall_seconds", fmt::format("{:.3f}", wall_seconds));
    insert.run("log_capped", log_capped ? "1" : "0");
  });
}

}  // namespace spillway
