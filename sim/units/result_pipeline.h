// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "spillway/sim/unit.h"
#include "spillway/sim/units/frame_ends.h"

namespace spillway {

/// The results of a computing unit on their way to its output: a beat that enters in cycle t is sent in cycle t +
/// latency. While a result that is due finds no room the pipeline stands still as a whole (a clock enable), and the
/// unit takes nothing.
class result_pipeline {
 public:
  result_pipeline() = default;

  /// Beats of `words` words that enter at least `interval` cycles apart.
  result_pipeline(std::int64_t latency, std::int64_t interval, std::int64_t words)
      : m_latency(static_cast<std::uint64_t>(latency)), m_beat_words(words) {
    m_due.resize(static_cast<std::size_t>(latency / interval + 2));
    m_words.resize(m_due.size() * static_cast<std::size_t>(words));
  }

  /// The cycle's first step: sends what is due. False if the pipeline stands still.
  bool move(frame_writer& out) {
    if (m_in_flight > 0 && m_due[m_first] == m_clock) {
      if (!out.can_write()) return false;
      std::copy_n(m_words.data() + static_cast<std::int64_t>(m_first) * m_beat_words, m_beat_words, out.back());
      out.send();
      m_first = next(m_first);
      --m_in_flight;
    }
    ++m_clock;
    return true;
  }

  /// Where the beat belongs that this cycle completes; once a cycle, after `move`.
  std::int64_t* enter() {
    m_due[m_free] = m_clock - 1 + m_latency;
    std::int64_t* beat = m_words.data() + static_cast<std::int64_t>(m_free) * m_beat_words;
    m_free = next(m_free);
    ++m_in_flight;
    return beat;
  }

  /// What a cycle without input comes to.
  unit::outcome without_input() const {
    return {m_in_flight > 0 ? unit_state::draining : unit_state::starved, m_in_flight == 0};
  }

 private:
  std::size_t next(std::size_t slot) const { return slot + 1 == m_due.size() ? 0 : slot + 1; }

  std::uint64_t m_latency = 1;
  std::int64_t m_beat_words = 1;
  std::uint64_t m_clock = 0;          ///< cycles in which the pipeline moved
  std::vector<std::uint64_t> m_due;   ///< a ring: the clock of each result's sending
  std::vector<std::int64_t> m_words;  ///< their beats
  std::size_t m_first = 0, m_free = 0, m_in_flight = 0;
};

}  // namespace spillway
