// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/traces/table.h"

namespace spillway {

// The tables of study.sqlite, as docs/study-store.md describes them. They are stated once: what creates a store, what
// writes it anew and what merges several goes through this list.

/// The schema that a store's `meta` names.
constexpr std::string_view study_schema = "spillway-study-2";

/// Raised by whoever changes a result of a point, of a network or of a folding, so that a store never mixes results of
/// two programs that do not agree.
constexpr int study_results_version = 5;

/// A column, with its type in SQL.
struct study_column {
  const char* name;
  const char* type;
};

/// A table whose first `keys` columns tell its rows apart.
struct study_table {
  const char* name;
  std::vector<study_column> columns;
  std::size_t keys = 1;
};

/// Every table but `meta`, which has `key` and `value`.
std::span<const study_table> study_tables();

/// The table of that name. Throws `config_error` for another one.
const study_table& find_study_table(std::string_view name);

/// A row of a table, in the order of its columns.
struct study_row {
  std::string_view table;  ///< a name that outlives the row
  std::vector<cell> cells;
};

}  // namespace spillway
