// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/run_store.h"

#include <fmt/format.h>

#include <limits>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

// Columns without a type keep what they are given: integers as integers, decimal text as text.
constexpr const char* run_tables = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE units(unit INTEGER PRIMARY KEY, name TEXT, kind TEXT, mh INTEGER, mw INTEGER, pe INTEGER, simd INTEGER,
  weight_bits INTEGER, input_type TEXT, accumulator_bits INTEGER, overflow TEXT, scope TEXT, latency INTEGER);
CREATE TABLE channels(unit INTEGER, channel INTEGER, dot_products INTEGER, events INTEGER, overflowing INTEGER,
  persistent INTEGER, certified_bits INTEGER, PRIMARY KEY(unit, channel)) WITHOUT ROWID;
CREATE TABLE events(frame INTEGER, unit INTEGER, position INTEGER, channel INTEGER, step INTEGER, cycle INTEGER,
  pe INTEGER, before, addend, exact, stored, persistent INTEGER);
CREATE TABLE frames(frame INTEGER PRIMARY KEY, label INTEGER, class INTEGER, exact_class INTEGER, events INTEGER,
  abs_error REAL);
CREATE TABLE activity(unit INTEGER PRIMARY KEY, working INTEGER, starved INTEGER, blocked INTEGER, draining INTEGER);
CREATE TABLE costs(unit INTEGER, term TEXT, luts REAL, formula TEXT, PRIMARY KEY(unit, term));
CREATE TABLE assumptions(assumption INTEGER PRIMARY KEY, "where" TEXT, what TEXT, value TEXT, why TEXT);
CREATE TABLE totals(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
)";

/// A value of an event: an integer where int64 holds it, whatever the event keeps it in.
void bind_value(sqlite_statement& insert, int place, const overflow_event& event, overflow_event::value which) {
  if (!event.wide) return insert.bind(place, event.narrow[which]);
  const big_int& value = (*event.wide)[which];
  if (value >= std::numeric_limits<std::int64_t>::min() && value <= std::numeric_limits<std::int64_t>::max())
    return insert.bind(place, static_cast<std::int64_t>(value));
  insert.bind(place, value.str());
}

void insert_event(sqlite_statement& insert, const overflow_event& event) {
  int place = 0;
  for (const std::uint64_t part :
       {event.frame, std::uint64_t{event.unit}, std::uint64_t{event.position}, std::uint64_t{event.channel},
        std::uint64_t{event.step}, event.cycle, std::uint64_t{event.pe}})
    insert.bind(++place, part);
  for (const auto which :
       {overflow_event::before, overflow_event::addend, overflow_event::exact, overflow_event::stored})
    bind_value(insert, ++place, event, which);
  insert.bind(++place, event.persistent);
  insert.step();
  insert.reset();
}

}  // namespace

run_store::run_store(const std::string& path, const run_info& info)
    : m_database(path, sqlite_database::access::create) {
  m_database.execute(
      "PRAGMA journal_mode = DELETE; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;"
      "PRAGMA cache_size = -16384");  // KiB: the index of a million events is built in it
  sqlite_transaction all(m_database);
  m_database.execute(run_tables);
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

void run_store::write_meta(const std::string& key, const std::string& value) {
  m_database.prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)").run(key, value);
}

void run_store::write_units(std::span<const unit_row> units) {
  sqlite_transaction all(m_database);
  sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO units VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const unit_row& row : units)
    insert.run(row.unit, row.name, row.kind, row.mh, row.mw, row.pe, row.simd, row.weight_bits, row.input_type,
               row.accumulator_bits, row.overflow, row.scope, row.latency);
  all.commit();
}

void run_store::write_counts(std::uint32_t unit, std::span<const channel_counts> counts,
                             std::span<const int> certified_bits) {
  if (!certified_bits.empty() && certified_bits.size() != counts.size())
    throw config_error(fmt::format("certified_bits of unit {} has {} entries; expected one a channel: {}", unit,
                                   certified_bits.size(), counts.size()));
  sqlite_transaction all(m_database);
  sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO channels VALUES(?,?,?,?,?,?,?)");
  for (std::size_t channel = 0; channel < counts.size(); ++channel) {
    const channel_counts& row = counts[channel];
    const auto bits = certified_bits.empty() ? std::nullopt : std::optional(certified_bits[channel]);
    insert.run(unit, channel, row.dot_products, row.events, row.overflowing_dot_products, row.persistent_dot_products,
               bits);
  }
  all.commit();
}

void run_store::write_events(std::span<const overflow_event> events) {
  sqlite_transaction all(m_database);
  sqlite_statement insert = m_database.prepare("INSERT INTO events VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const overflow_event& event : events) insert_event(insert, event);
  all.commit();
}

void run_store::write_frames(std::span<const frame_row> frames) {
  sqlite_transaction all(m_database);
  sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO frames VALUES(?,?,?,?,?,?)");
  for (const frame_row& row : frames)
    insert.run(row.frame, row.label, row.simulated_class, row.exact_class, row.events, row.abs_error);
  all.commit();
}

void run_store::write_activity(std::span<const activity_row> activity) {
  sqlite_transaction all(m_database);
  sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO activity VALUES(?,?,?,?,?)");
  for (const activity_row& row : activity) insert.run(row.unit, row.working, row.starved, row.blocked, row.draining);
  all.commit();
}

void run_store::write_costs(std::span<const cost_row> costs) {
  sqlite_transaction all(m_database);
  sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO costs VALUES(?,?,?,?)");
  for (const cost_row& row : costs) insert.run(row.unit, row.term, row.luts, row.formula);
  all.commit();
}

void run_store::write_assumptions(std::span<const assumption> assumptions) {
  sqlite_transaction all(m_database);
  sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO assumptions VALUES(?,?,?,?,?)");
  std::int64_t place = 0;
  for (const assumption& of : assumptions) insert.run(place++, of.where, of.what, of.value, of.why);
  all.commit();
}

void run_store::write_totals(const run_totals& totals) {
  sqlite_transaction all(m_database);
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
  all.commit();
}

void run_store::finish(double wall_seconds, bool log_capped) {
  sqlite_transaction all(m_database);
  // Indexes are built once, over all rows: far cheaper than keeping them while a million events come in.
  m_database.execute(
      "CREATE INDEX IF NOT EXISTS events_by_channel ON events(unit, channel);"
      "CREATE INDEX IF NOT EXISTS events_by_frame ON events(frame)");
  sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)");
  insert.run("wall_seconds", fmt::format("{:.3f}", wall_seconds));
  insert.run("log_capped", log_capped ? "1" : "0");
  all.commit();
}

}  // namespace spillway
