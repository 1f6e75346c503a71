// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/study_store.h"

#include <fmt/format.h>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

constexpr const char* study_tables = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE points(point INTEGER PRIMARY KEY, network TEXT, method TEXT, bits INTEGER, overflow TEXT, scope TEXT,
  frames INTEGER, dot_products INTEGER, events INTEGER, overflowing INTEGER, persistent INTEGER, mean_abs_error REAL,
  accuracy REAL, luts REAL, grade TEXT, certified_bits INTEGER);
CREATE TABLE point_channels(point INTEGER, channel INTEGER, dot_products INTEGER, events INTEGER, overflowing INTEGER,
  PRIMARY KEY(point, channel)) WITHOUT ROWID;
CREATE TABLE order_trials(bits INTEGER, scope TEXT, trial INTEGER, mean_abs_error REAL, accuracy REAL, events INTEGER,
  PRIMARY KEY(bits, scope, trial)) WITHOUT ROWID;
CREATE TABLE training(network TEXT PRIMARY KEY, method TEXT, bits INTEGER, accuracy_float REAL, sparsity REAL,
  l1_max INTEGER) WITHOUT ROWID;
)";

}  // namespace

mnist_study_store::mnist_study_store(const std::string& path, const run_info& info, const std::string& configuration)
    : m_database(path, sqlite_database::access::update) {
  sqlite_transaction all(m_database);
  if (m_database.select("SELECT name FROM sqlite_schema").rows.empty())
    create(info, configuration);
  else
    resume(configuration);
  all.commit();
}

void mnist_study_store::create(const run_info& info, const std::string& configuration) {
  m_database.execute(study_tables);
  sqlite_statement insert = m_database.prepare("INSERT INTO meta VALUES(?, ?)");
  insert.run("schema", schema);
  insert.run("configuration", configuration);
  insert.run("version", info.version);
  insert.run("command", info.command);
  insert.run("model", info.model);
  insert.run("dataset", info.dataset);
  insert.run("engine", info.engine);
  insert.run("started", info.started);
}

void mnist_study_store::resume(const std::string& configuration) const {
  const auto meta = [this](const char* key) {
    const table found = m_database.select("SELECT CAST(value AS TEXT) FROM meta WHERE key = ?", {std::string(key)});
    const auto* text = found.rows.empty() ? nullptr : std::get_if<std::string>(&found.rows[0][0]);
    return text ? *text : std::string();
  };
  if (meta("schema") != schema)
    throw input_error(fmt::format("{}: schema '{}'; this version writes '{}': name a new directory", m_database.path(),
                                  meta("schema"), schema));
  if (meta("configuration") != configuration)
    throw config_error(
        fmt::format("{}: holds a study of another configuration ('{}', not '{}'); name a new "
                    "directory, or overwrite with --force",
                    m_database.path(), meta("configuration"), configuration));
}

void mnist_study_store::write_meta(const std::string& key, const std::string& value) {
  m_database.write([&] { m_database.prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)").run(key, value); });
}

bool mnist_study_store::has_point(std::int64_t point, const study_key& key) const {
  sqlite_statement find = m_database.prepare(
      "SELECT 1 FROM points WHERE point = ? AND network = ? AND method = ? AND bits = ? AND overflow = ? AND scope = ? "
      "AND frames = ?");
  int place = 0;
  find.bind(++place, point);
  find.bind(++place, key.network);
  find.bind(++place, key.method);
  find.bind(++place, key.bits);
  find.bind(++place, key.overflow);
  find.bind(++place, key.scope);
  find.bind(++place, key.frames);
  return find.step();
}

void mnist_study_store::write_point(const mnist_study_point& point, std::span<const channel_counts> channels) {
  m_database.write([&] {
    const study_key& key = point.key;
    const channel_counts& sum = point.counts;
    m_database.prepare("INSERT OR REPLACE INTO points VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
        .run(point.point, key.network, key.method, key.bits, key.overflow, key.scope, key.frames, sum.dot_products,
             sum.events, sum.overflowing_dot_products, sum.persistent_dot_products, point.mean_abs_error,
             point.accuracy, point.luts, point.grade, point.certified_bits);
    m_database.prepare("DELETE FROM point_channels WHERE point = ?").run(point.point);
    sqlite_statement insert = m_database.prepare("INSERT INTO point_channels VALUES(?,?,?,?,?)");
    for (std::size_t channel = 0; channel < channels.size(); ++channel)
      insert.run(point.point, channel, channels[channel].dot_products, channels[channel].events,
                 channels[channel].overflowing_dot_products);
  });
}

std::int64_t mnist_study_store::order_trials(int bits, const std::string& scope) const {
  const table found =
      m_database.select("SELECT COUNT(*) FROM order_trials WHERE bits = ? AND scope = ?", {std::int64_t{bits}, scope});
  return std::get<std::int64_t>(found.rows.at(0).at(0));
}

void mnist_study_store::write_order_trials(std::span<const order_trial> trials) {
  m_database.write([&] {
    sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO order_trials VALUES(?,?,?,?,?,?)");
    for (const order_trial& row : trials)
      insert.run(row.bits, row.scope, row.trial, row.mean_abs_error, row.accuracy, row.events);
  });
}

void mnist_study_store::write_training(std::span<const training_row> rows) {
  m_database.write([&] {
    sqlite_statement insert = m_database.prepare("INSERT OR REPLACE INTO training VALUES(?,?,?,?,?,?)");
    for (const training_row& row : rows)
      insert.run(row.network, row.method, row.bits, row.accuracy_float, row.sparsity, row.l1_max);
  });
}

void mnist_study_store::finish(double wall_seconds) { write_meta("wall_seconds", fmt::format("{:.3f}", wall_seconds)); }

}  // namespace spillway
