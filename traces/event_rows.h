// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/traces/overflow_event.h"
#include "spillway/traces/sqlite.h"

namespace spillway::detail {

/// The columns of an event in run.sqlite, in the order in which `bind_event` and `read_event` have them.
constexpr const char* event_columns =
    "frame, unit, position, channel, step, cycle, pe, before, addend, exact, stored, persistent";
constexpr int event_column_count = 12;

/// Binds an event from place `first` on. Values beyond int64 become decimal text.
void bind_event(sqlite_statement& insert, int first, const overflow_event& event);

/// The event in a row's cells from `first` on. Throws `input_error` that names the database where they are none.
overflow_event read_event(const std::vector<cell>& row, std::size_t first, const std::string& database);

}  // namespace spillway::detail
