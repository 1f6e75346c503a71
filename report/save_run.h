// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/load/design_tensors.h"
#include "spillway/report/finished_run.h"
#include "spillway/traces/run_directory.h"
#include "spillway/traces/run_store.h"

namespace spillway {

/// What an interrupted run has left in its directory, for the one that goes on.
struct earlier_run {
  recorded_frames recorded;
  std::vector<std::int64_t> outputs;  ///< words of the finished frames
  bool is_simulated = false;          ///< all frames are finished; what follows is their time
  run_totals totals = {};
  std::vector<activity_row> activity = {};
  std::vector<int> most_filled = {};  ///< of each stream, beats
};

class output_log;

/// Writes a run directory (docs/run-directory.md). What can be refused is refused before the run starts; what is
/// finished is stored as the run goes, and is kept whatever comes after it; an earlier result stands until the new one
/// is complete.
class run_saver {
 public:
  /// Looks whether the directory may be written to, and changes nothing. Throws `config_error` if it holds a finished
  /// run and `force` is not given, or anything that is not a run's; `io_error` if the system refuses.
  run_saver(const std::string& directory, bool force);
  ~run_saver();
  run_saver(const run_saver&) = delete;
  run_saver& operator=(const run_saver&) = delete;

  /// Before the run: manifest, units, costs, room for the outputs. Returns what an interrupted run of the same content
  /// has left: the same model, data and options, of which `settings` names those that are not in `run`. A run that
  /// can't go on (`can_resume`) starts over. Throws `config_error` where an interrupted run of other content stands and
  /// force was not given, `io_error` where another process writes or the system refuses.
  earlier_run begin(const finished_run& run, const std::string& settings, bool can_resume);

  /// What happened in `begin` that one should know, a line; or nothing.
  const std::string& note() const { return m_note; }

  /// In the midst of it: what is finished.
  void checkpoint(const finished_run& run, const finished_frames& finished);

  /// After the simulation, before the comparison with full width. What people came for is written first: outputs.npy,
  /// then frames and totals, then counters and events, then states and certified bits.
  void keep(const finished_run& run);

  /// Writes tensors by name into the folder `tensors`, after `keep`; docs/run-directory.md. False if `on_progress` said
  /// so.
  bool keep_tensors(const design_tensors& of, const dataset& data, std::span<const std::size_t> tensors,
                    const std::function<bool(std::uint64_t frames_done)>& on_progress);

  /// After all. A run that was stopped stays marked as unfinished.
  void finish(const finished_run& run);

  /// Why the directory does not hold all of the run: the line of the first error that `keep` or `finish` met, or
  /// nothing. They throw none, so that the results which are in memory can be shown.
  const std::string& failure() const { return m_failure; }

 private:
  bool can_go_on() const;
  bool restart();
  void make_store(const finished_run& run);
  earlier_run read_earlier(const finished_run& run);
  void write_outputs(const finished_run& run);
  template <class Action>
  bool attempt(const Action& action);

  run_directory m_directory;
  bool m_force;
  run_manifest m_manifest;
  std::optional<run_store> m_store;
  std::unique_ptr<output_log> m_outputs;
  std::uint64_t m_stored_frames = 0;
  bool m_is_full = false;  ///< a checkpoint failed: no further one is tried
  std::string m_note, m_failure;
  std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

}  // namespace spillway
