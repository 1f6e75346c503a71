// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "spillway/models/support/assumption.h"
#include "spillway/traces/recorder.h"
#include "spillway/traces/run_rows.h"
#include "spillway/traces/sqlite.h"

namespace spillway {

/// Writes run.sqlite, the record of one run (its tables: docs/run-directory.md).
///
/// Each call is one transaction: what a call has finished survives a crash or a `kill -9` of the process, and a call
/// that fails (`io_error`: full disk, lock) leaves nothing behind. Rows that exist already are replaced, except events,
/// which are appended. There is one file at any time but for a rollback journal during a call.
///
/// The file is synchronized at the commits that matter only ("synchronous = NORMAL"): a power cut may cost the run, as
/// it would the simulation itself.
class run_store {
 public:
  static constexpr const char* schema = "spillway-run-1";

  /// Creates the file, which must not exist.
  run_store(const std::string& path, const run_info& info);

  /// A word about the run, and one row for each unit.
  void write_meta(const std::string& key, const std::string& value);
  void write_units(std::span<const unit_row> units);

  /// The counters of one unit and, where known (as many as channels, or none), the least safe P of each channel.
  void write_counts(std::uint32_t unit, std::span<const channel_counts> counts, std::span<const int> certified_bits);

  /// The log, in its order. Values beyond int64 become decimal text.
  void write_events(std::span<const overflow_event> events);

  /// One row a frame, the states of each unit, the terms of each price, and the sums of the run.
  void write_frames(std::span<const frame_row> frames);
  void write_activity(std::span<const activity_row> activity);
  void write_costs(std::span<const cost_row> costs);
  /// What was decided where the file leaves something open.
  void write_assumptions(std::span<const assumption> assumptions);
  void write_totals(const run_totals& totals);

  /// Indexes the events and notes that the run is complete. `log_capped`: the log holds fewer events than there were.
  void finish(double wall_seconds, bool log_capped);

 private:
  sqlite_database m_database;
};

}  // namespace spillway
