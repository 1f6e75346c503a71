// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/times/timed_unit.h"

namespace spillway::times {

/// The timing of a whole accelerator: unit 0 is the source, unit u + 1 is unit u of the dataflow, the last are the
/// sinks, one for each output.
///
/// Every unit goes as far as what is known of its neighbours allows, until none can go on. Each cycle follows from
/// those of causes that are earlier in the order of the beats, so that the order in which units are looked at can't
/// matter, and units that stop short of the horizon wait for each other in the accelerator, too.
class network_times {
 public:
  explicit network_times(const dataflow& flow);
  network_times(const network_times& other);
  network_times& operator=(const network_times& other);
  network_times(network_times&&) = default;
  network_times& operator=(network_times&&) = default;
  ~network_times() = default;

  void run(const horizon& until);
  /// Of a stream, before anything has run.
  void set_depth(std::size_t stream, std::int64_t depth) { m_links[stream].depth = depth; }
  /// From now on units note when they take their steps.
  void note_steps() {
    for (const auto& unit : m_units) unit->note_steps();
  }

  /// True if every beat of the first `frames` frames has come through every stream.
  bool has_done(std::int64_t frames) const;
  /// Forgets the beats of frames before this one.
  void forget_before(std::int64_t frame);

  const std::vector<link_times>& links() const { return m_links; }
  /// The same, of one that is not needed any more.
  std::vector<link_times> take_links() { return std::move(m_links); }
  const std::vector<std::unique_ptr<timed_unit>>& units() const { return m_units; }
  /// The streams that leave, by output, and the sinks that read them.
  const std::vector<int>& outputs() const { return m_outputs; }
  std::size_t sink_of(std::size_t output) const { return m_units.size() - m_outputs.size() + output; }
  /// When the last beat of a frame is taken at the last of the outputs; all of them have it.
  cycle done(std::int64_t frame) const;
  /// Frames that have left through every output.
  std::int64_t frames_done() const;
  /// False if the times of a frame are forgotten, or not known yet.
  bool knows(std::int64_t frame) const;
  /// Runs of beats that are remembered of all streams.
  std::size_t size() const;

 private:
  void connect(const dataflow& flow);
  void visit(std::size_t unit, const horizon& until);
  void mark(int unit) { m_waiting[static_cast<std::size_t>(unit) / 64] |= std::uint64_t{1} << (unit % 64); }

  std::vector<link_times> m_links;
  std::vector<std::unique_ptr<timed_unit>> m_units;
  std::vector<int> m_outputs;            ///< links
  std::vector<std::uint64_t> m_waiting;  ///< a bit a unit: it may go on
};

}  // namespace spillway::times
