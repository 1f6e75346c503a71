// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <limits>
#include <systemc>
#include <vector>

#include "spillway/sim/clocked_module.h"
#include "spillway/sim/commit_list.h"
#include "spillway/sim/deadlock_error.h"

namespace spillway {

/// What looks at the end of every cycle, before streams commit (waveforms). Not for hardware.
class cycle_probe {
 public:
  virtual ~cycle_probe() = default;
  /// Called once a cycle, when all units of the cycle have moved; `cycle` counts from 0.
  virtual void sample(std::uint64_t cycle) = 0;
};

/// One clock: a single SystemC process that in each cycle evaluates the units that can move, then commits the streams
/// that changed. A unit that can't move leaves the active list until one of its streams wakes it; the cycles that it
/// sleeps are added to its state by arithmetic, so an idle unit costs nothing.
///
/// Figures behind this design: an SC_METHOD per module costs 13-19 ns a cycle, a thread 66-101, this loop a few.
class clock_domain : public sc_core::sc_module, public virtual sc_core::sc_interface {
 public:
  struct config {
    sc_core::sc_time period{10, sc_core::SC_NS};
    bool drive_clk = false;  ///< toggle `clk`, for modules with pins; costs three activations a cycle instead of one
  };

  /// The clock as a signal: rises at the start of each cycle, and units are evaluated on that edge.
  sc_core::sc_signal<bool> clk{"clk"};

  /// A clock of the default config: a period of 10 ns, and a `clk` that stands still.
  explicit clock_domain(sc_core::sc_module_name name);
  /// A clock of that period, with a `clk` that toggles where `options` ask for it.
  clock_domain(sc_core::sc_module_name name, const config& options);

  /// The number of cycles that lets `run` go on until the simulation is finished.
  static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

  /// Runs (after elaboration, on the first call) at most `cycles` cycles; returns true once the simulation is
  /// finished. May be called again to go on. Throws what a unit threw, and `deadlock_error` where no unit can move.
  bool run(std::uint64_t cycles = no_limit);

  /// A unit calls this once, before the first cycle: the run goes on until it has called `finish`.
  void wait_for_finish() { ++m_unfinished; }
  /// Units call this: nothing is left for them to do. The run ends with the cycle in which all of those have called it
  /// that it waits for, or any if it waits for none.
  void finish() {
    if (m_unfinished > 0) --m_unfinished;
    m_finished = m_unfinished == 0;
  }
  bool finished() const { return m_finished; }

  std::uint64_t cycles() const { return m_cycle; }  ///< complete cycles so far
  const config& options() const { return m_config; }
  const std::vector<clocked_module*>& units() const { return m_units; }
  const std::vector<stream*>& streams() const { return m_commits.streams(); }

  /// Called at the end of every cycle; null for none. The probe outlives the run.
  void set_probe(cycle_probe* probe) { m_probe = probe; }

  /// For units only, once each, when elaboration ends: from the next cycle on, the clock ticks `member`. Units are
  /// evaluated in the order in which they are added.
  void add(clocked_module& member);
  /// For units only: the streams of this clock, and those that changed in the present cycle.
  commit_list& commits() { return m_commits; }

 private:
  void on_clock();
  void advance();
  bool evaluate();
  void commit();
  void wake(clocked_module& sleeper);

  enum class phase : unsigned char { rise, edge, fall };

  config m_config;
  sc_core::sc_event m_tick{"tick"};
  std::uint64_t m_cycle = 0;
  std::uint64_t m_until = no_limit;
  bool m_finished = false;
  int m_unfinished = 0;
  phase m_phase = phase::rise;
  std::exception_ptr m_failure;
  cycle_probe* m_probe = nullptr;
  std::vector<clocked_module*> m_units;
  std::vector<std::uint64_t> m_active;  ///< a bit a unit, so that units are always evaluated in one order
  commit_list m_commits{name()};
};

}  // namespace spillway
