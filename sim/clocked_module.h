// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <systemc>

#include "spillway/sim/unit_activity.h"

namespace spillway {

class commit_list;

/// An sc_module that a clock domain ticks, and puts to sleep and wakes as its streams change: what the clock and the
/// streams know of a unit (sim/unit.h).
class clocked_module : public sc_core::sc_module {
 public:
  /// What a tick came to. A module that `sleeps` is not ticked again until one of its streams changes for it (a beat
  /// arrives in an empty one, room in a full one); until then every cycle counts as `state`.
  struct outcome {
    unit_state state = unit_state::working;
    bool sleeps = false;
  };

  /// One cycle: looks at its streams as they stood at the cycle's start; pops and pushes at most one beat each.
  virtual outcome tick(std::uint64_t cycle) = 0;

  /// The list of its clock's streams, which a stream joins when it is connected. Only after the clock is bound.
  virtual commit_list& commits() = 0;

  /// The state of the latest cycle.
  unit_state state() const { return m_state; }

 protected:
  /// `name`: of the module in the hierarchy of SystemC.
  explicit clocked_module(sc_core::sc_module_name name) : sc_core::sc_module(name) {}

  /// Cycles in each state up to cycle `now` of the clock; those that the module sleeps now count as its state.
  unit_activity activity_at(std::uint64_t now) const {
    std::array<std::uint64_t, 4> cycles = m_cycles;
    cycles[static_cast<std::size_t>(m_state)] += now - m_counted;
    return {basename(), cycles[0], cycles[1], cycles[2], cycles[3]};
  }

 private:
  friend class clock_domain;

  std::array<std::uint64_t, 4> m_cycles{};  ///< by unit_state
  std::size_t m_index = 0;                  ///< in the domain
  std::uint64_t m_counted = 0;              ///< cycles that m_cycles holds; behind the domain's while asleep
  unit_state m_state = unit_state::starved;
};

}  // namespace spillway
