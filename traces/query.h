// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/traces/overflow_event.h"
#include "spillway/traces/sqlite.h"
#include "spillway/traces/table.h"

namespace spillway {

/// Which events, or channels, a question is about; what is left out does not matter.
struct event_filter {
  std::optional<std::string> unit = {};  ///< name or number
  std::optional<std::int64_t> channel = {};
  std::optional<std::int64_t> frame = {};
  std::optional<std::int64_t> step = {};
  std::optional<bool> persistent = {};
  std::int64_t limit = 100;  ///< rows; 0 for all
};

/// The questions that one asks of a finished run, or of what an interrupted one has left.
///
/// Answers about channels come from the counters and are exact. Answers about steps, frames and single events come
/// from the log; `log_note` says when that is not all of them.
class query {
 public:
  /// Opens DIR/run.sqlite. Throws `io_error` if there is none, `input_error` if it is corrupt, no database, or of
  /// another schema.
  explicit query(const std::string& run_directory);

  /// key, value: the meta data and the totals.
  table summary() const;

  /// One row a unit with registers, in the order of the units: unit, name, layer (of the network), register
  /// (`10:wrap:per_cycle`), certified_bits (no input overflows as many), claimed_bits (by the file), channels,
  /// proved_channels, overflowing_channels, dot_products, events, overflowing, persistent, overflow_rate,
  /// cycles_per_frame. Takes unit and limit. NULL where a run of an older version does not say it.
  table layers(const event_filter& filter = {.limit = 0}) const;

  /// One row a channel, the worst first: unit, name, channel, dot_products, events, overflowing, persistent,
  /// overflow_rate (overflowing / dot_products), certified_bits. Takes the filter's unit, channel and limit.
  table channels(const event_filter& filter = {.limit = 0}) const;

  /// One row a unit and step that overflowed: unit, name, step, events, transient, persistent. Takes the filter's
  /// unit, channel, frame, persistent.
  table steps(const event_filter& filter = {.limit = 0}) const;

  /// The frames whose class is another one because of overflow: frame, label, class, exact_class, effect, events,
  /// abs_error. `effect`: "became wrong", "became right", "stayed wrong", or "unknown" without a label. Takes frame and
  /// limit.
  table flips(const event_filter& filter = {.limit = 0}) const;

  /// Single events in the order of the log, with their full address.
  table events(const event_filter& filter = {}) const;

  /// The names of the columns of `events`.
  static std::vector<std::string> event_columns();

  /// Hands the rows of `events` over one by one, so that no log is too long.
  void visit_events(const event_filter& filter, const std::function<void(const std::vector<cell>&)>& take) const;

  /// The same events as values, for programs that compare runs.
  std::vector<overflow_event> load_events(const event_filter& filter = {.limit = 0}) const;

  /// "the log holds the first 1000 of 73212 events; counts by channel are exact", or nothing if the log is complete.
  std::string log_note() const;

  /// False if the run was interrupted before its end.
  bool finished() const;

  /// Any SELECT on the run's tables (docs/run-directory.md).
  table select(std::string_view sql, const std::vector<cell>& values = {}) const {
    return m_database.select(sql, values);
  }

 private:
  std::string meta(std::string_view key) const;
  bool has_layers() const;
  std::int64_t unit_number(const std::string& name_or_number) const;

  sqlite_database m_database;
};

}  // namespace spillway
