// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/explore/study/study_tables.h"
#include "spillway/traces/sqlite.h"

namespace spillway {

/// study.sqlite: the points of a study, one transaction each, so that whatever stops a process, finished points stay.
/// Rows are told apart by their keys, and keys are hashes of all that decides a row, so that a store takes points of
/// any study and has each once.
class study_store {
 public:
  /// Opens or creates the file. Throws `input_error` for a database of another schema or results version.
  explicit study_store(const std::string& path);

  /// Writes rows as one transaction; a row that is there is replaced.
  void write(std::span<const study_row> rows);

  /// The points that are there.
  std::set<std::string> points() const;

  /// Takes every row of another store of this schema. Throws as the constructor.
  void take(const std::string& other);

  /// The words of `meta`; what is written twice is replaced.
  std::string meta(const std::string& key) const;
  void write_meta(const std::map<std::string, std::string>& words);

  /// All rows of one SELECT.
  table select(std::string_view sql, const std::vector<cell>& values = {}) const {
    return m_database.select(sql, values);
  }

 private:
  void create();
  void check() const;

  sqlite_database m_database;
};

/// Whether the file is a finished store (`rewrite_study`) with all of these points. It is only read.
bool is_finished_study(const std::string& path, const std::vector<std::string>& points);

/// Writes the store anew, every table in the order of its keys, so that equal contents are equal bytes, however they
/// came together; it takes its own place in one step. `meta` gets `finished` = 1.
void rewrite_study(const std::string& path);

}  // namespace spillway
