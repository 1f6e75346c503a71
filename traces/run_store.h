// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/support/assumption.h"
#include "spillway/traces/recorder.h"
#include "spillway/traces/run_rows.h"
#include "spillway/traces/sqlite.h"

namespace spillway {

/// Writes run.sqlite, the record of one run (its tables: docs/run-directory.md).
///
/// Each call is one transaction: what a call has finished survives a crash or a `kill -9` of the process, and a call
/// that fails (`io_error`: full disk, another writer) leaves nothing behind. Readers are in nobody's way
/// (`sqlite_database::write`). Rows that exist already are replaced, except events, which are appended. There is one
/// file at any time but for a rollback journal during a call.
///
/// A long run stores what is finished with `write_checkpoint`, in the tables of the result and in two more, `progress`
/// and `events_ahead`, which `finish` removes.
///
/// The file is synchronized at the commits that matter only ("synchronous = NORMAL"): a power cut may cost the run, as
/// it would the simulation itself.
class run_store {
 public:
  static constexpr const char* schema = "spillway-run-1";

  /// Creates the file, which must not exist.
  run_store(const std::string& path, const run_info& info);

  /// Whether a file holds what a run can go on with: false if it is not there, or its run was killed before it began.
  /// Throws `input_error` if it is damaged.
  static bool can_resume(const std::string& path);

  /// Opens what an interrupted run has left, to go on. Throws `input_error` if that is damaged or of another schema.
  explicit run_store(const std::string& path);

  /// A word about the run, and one row for each unit.
  void write_meta(const std::string& key, const std::string& value);
  void write_units(std::span<const unit_row> units);

  /// One row for each stream; once more at the end, with the most that each held.
  void write_streams(std::span<const stream_row> streams);

  /// The counters of one unit and, where known (as many as channels, or none), the least safe P of each channel.
  void write_counts(std::uint32_t unit, std::span<const channel_counts> counts, std::span<const int> certified_bits);

  /// The log, in its order. Values beyond int64 become decimal text.
  void write_events(std::span<const overflow_event> events);

  /// One row a frame, the states of each unit, the terms of each price, and the sums of the run.
  void write_frames(std::span<const frame_row> frames);
  void write_activity(std::span<const activity_row> activity);
  void write_costs(std::span<const cost_row> costs);
  void write_prices(std::span<const price_row> prices);
  /// What was decided where the file leaves something open.
  void write_assumptions(std::span<const assumption> assumptions);
  void write_totals(const run_totals& totals);

  /// What is finished in the midst of a run, `upto` frames in all: rows of the frames that are new, counts of all
  /// finished frames by unit, and the log as it stands.
  /// `first_frame` is added to the frames of events. Events of frames that are not finished wait in a table of their
  /// own.
  struct checkpoint {
    run_progress progress;
    std::span<const frame_row> frames = {};
    std::vector<std::span<const channel_counts>> counts = {};
    std::span<const overflow_event> log = {};
    std::uint64_t first_frame = 0;
  };

  /// The first one, without frames, says that a run can go on.
  void write_checkpoint(const checkpoint& now);

  /// What checkpoints have stored, frames of events less `first_frame`.
  run_progress read_progress() const;
  recorded_frames read_recorded(std::size_t units, std::uint64_t first_frame) const;
  std::vector<activity_row> read_activity() const;
  std::vector<int> read_most_filled() const;
  run_totals read_totals() const;

  /// Indexes the events and notes that the run is complete. `log_capped`: the log holds fewer events than there were.
  void finish(double wall_seconds, bool log_capped);

 private:
  void write_log(const checkpoint& now);

  sqlite_database m_database;
  std::vector<std::uint64_t> m_ahead;  ///< places in the log of events whose frames were not finished
  std::uint64_t m_logged = 0;          ///< events of the log that are stored
};

}  // namespace spillway
