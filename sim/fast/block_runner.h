// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "spillway/sim/fast/event_log.h"
#include "spillway/sim/fast/fast_plan.h"
#include "spillway/sim/fast/stamps.h"

namespace spillway::detail {

/// Runs a plan over blocks of frames on several threads. Blocks are handed out in order, and each that was is finished,
/// so that finished frames are the first ones. Neither outputs nor counts depend on the threads.
class block_runner {
 public:
  /// `on_progress` as in `run_options`. All that is referred to must outlive the runner.
  block_runner(const dataflow& flow, const fast_plan& plan, const integer_tensor& inputs, std::int64_t frames,
               const std::function<bool(std::uint64_t)>& on_progress);

  /// Goes on with this frame.
  void start_at(std::int64_t frame);

  /// Computes the frames before `end`; events go to `log`, stamped from `times`.
  void run(unsigned threads, const stamps& times, event_log& log, std::int64_t end);

  /// Computes with a plan that profiles; fills in the profile's units and the bits of its frames.
  void run_profile(unsigned threads, bool partial_sums, sum_profile& profile);

  /// Frames that were finished: all of them, unless `on_progress` said no.
  std::int64_t frames() const { return m_next; }
  bool stopped() const { return m_next < m_frames; }
  /// Frames are left, and `on_progress` did not say no.
  bool is_unfinished() const { return m_next < m_frames && !m_stops; }
  std::int64_t frames_of_a_block() const { return m_block; }

  /// The counters of each unit's channels, and the outputs of the finished frames, [frames * vectors, channels].
  const std::vector<std::vector<channel_counts>>& counts() const { return m_counts; }
  integer_tensor take_outputs();
  /// The counters, which begin anew at 0; and the words of the outputs so far.
  std::vector<std::vector<channel_counts>> take_counts();
  std::span<const std::int64_t> outputs() const;

 private:
  std::int64_t take();
  /// As many of them as there are blocks, at the most.
  std::int64_t useful_threads(unsigned threads) const;
  void work(bool reports, const stamps& times, event_log& log, std::span<sum_counter> sums);
  void run_block(const run_context& context, std::vector<std::vector<channel_counts>>& counts);
  integer_tensor joined(const std::vector<value_block>& outputs, std::int64_t frames) const;
  void stop();

  const dataflow& m_flow;
  const fast_plan& m_plan;
  const integer_tensor& m_inputs;
  std::int64_t m_frames;
  const std::function<bool(std::uint64_t)>& m_on_progress;
  std::int64_t m_block;               ///< frames
  std::int64_t m_frame_elements = 1;  ///< of the output
  std::vector<std::vector<channel_counts>> m_counts;
  integer_tensor m_outputs;

  std::mutex m_mutex;
  std::int64_t m_next = 0, m_done = 0;  ///< frames that were handed out, and that are finished
  std::int64_t m_end = 0;               ///< of this run
  bool m_stops = false;
};

}  // namespace spillway::detail
