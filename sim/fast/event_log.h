// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "spillway/traces/recorder.h"

namespace spillway::detail {

/// An event, and when its dot product's last iteration was issued: then the hardware knows all about it and logs it.
struct finished_event {
  overflow_event event;
  std::uint64_t finished = 0;
};

/// The first events of a run in the order of the hardware, whatever the order in which threads find them: by the cycle
/// in which dot products finish, then by unit, then as the additions happened.
class event_log {
 public:
  explicit event_log(std::uint64_t max_events);

  /// False if an event of a dot product that finishes in this cycle can't be among the first.
  bool wants(std::uint64_t finished) const { return finished <= m_latest.load(std::memory_order_relaxed); }
  /// Those of dot products that finish before this cycle are known already.
  void leave_out_before(std::uint64_t cycle) { m_known_before = cycle; }
  bool wants_any() const { return m_max_events > 0; }

  /// From any thread.
  void add(std::vector<finished_event>& events);

  /// Hands the events over, in order: all, or those of dot products that finish before a cycle.
  void write(recorder& to);
  void write_before(std::uint64_t cycle, recorder& to);

 private:
  void drop_late();

  std::uint64_t m_max_events;
  std::uint64_t m_known_before = 0;
  std::atomic<std::uint64_t> m_latest;
  std::mutex m_mutex;
  std::vector<finished_event> m_events;
};

}  // namespace spillway::detail
