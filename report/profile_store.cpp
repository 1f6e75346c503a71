// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/profile_store.h"

#include <array>

#include "spillway/models/support/version.h"
#include "spillway/traces/sqlite.h"

namespace spillway {
namespace {

constexpr const char* profile_tables = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE units(unit INTEGER PRIMARY KEY, name TEXT, layer TEXT, mh INTEGER, mw INTEGER, pe INTEGER, simd INTEGER,
  certified_bits INTEGER, claimed_bits INTEGER);
CREATE TABLE sums(unit INTEGER, channel INTEGER, scope TEXT, low INTEGER, high INTEGER, bits INTEGER,
  certified_bits INTEGER, PRIMARY KEY(unit, channel, scope)) WITHOUT ROWID;
CREATE TABLE needs(unit INTEGER, channel INTEGER, scope TEXT, bits INTEGER, dot_products INTEGER,
  PRIMARY KEY(unit, channel, scope, bits)) WITHOUT ROWID;
CREATE VIEW overflow_rate AS
  WITH RECURSIVE p(p) AS (SELECT 1 UNION ALL SELECT p + 1 FROM p WHERE p < (SELECT MAX(bits) FROM needs))
  SELECT unit, scope, p, SUM(dot_products) AS dot_products, SUM(dot_products * (bits > p)) AS overflowing,
    1.0 * SUM(dot_products * (bits > p)) / SUM(dot_products) AS rate
  FROM needs, p GROUP BY unit, scope, p;
)";

constexpr std::array stored_scopes{limit_scope::per_product, limit_scope::per_cycle, limit_scope::final};

void write_unit(sqlite_database& database, std::int64_t unit, const unit_profile& of) {
  database.prepare("INSERT INTO units VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(unit, of.unit, of.layer, of.rows, of.columns, of.pe, of.simd, of.certified_bits, of.claimed_bits);
  sqlite_statement sums = database.prepare("INSERT INTO sums VALUES(?, ?, ?, ?, ?, ?, ?)");
  sqlite_statement needs = database.prepare("INSERT INTO needs VALUES(?, ?, ?, ?, ?)");
  for (std::size_t channel = 0; channel < of.channels.size(); ++channel)
    for (const limit_scope scope : stored_scopes) {
      const sum_range& range = of.channels[channel].of(scope);
      const std::string name(to_string(scope));
      sums.run(unit, channel, name, range.low, range.high, range.bits(), of.channel_certificates[channel]);
      for (std::size_t bits = 1; bits < range.needs.size(); ++bits)
        if (range.needs[bits] > 0) needs.run(unit, channel, name, bits, range.needs[bits]);
    }
}

}  // namespace

void write_profile_database(const std::string& path, const data_profile& profile) {
  sqlite_database database(path, sqlite_database::access::create);
  database.write([&] {
    database.execute(profile_tables);
    sqlite_statement meta = database.prepare("INSERT INTO meta VALUES(?, ?)");
    meta.run("schema", "spillway-profile-1");
    meta.run("version", version());
    meta.run("model", profile.model);
    meta.run("dataset", profile.data);
    meta.run("frames", std::to_string(profile.frames));
    meta.run("complete", profile.stopped ? "0" : "1");
    std::int64_t unit = 0;
    for (const unit_profile& of : profile.units) write_unit(database, unit++, of);
  });
}

}  // namespace spillway
