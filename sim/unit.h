// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <systemc>

#include "sim/clock_domain.h"
#include "sim/engine.h"
#include "sim/stream.h"

namespace spillway {

/// What a unit did in a cycle; see unit_activity.
enum class unit_state : unsigned char { working, starved, blocked, draining };

std::string_view to_string(unit_state state);

/// A hardware unit: an sc_module that its clock domain ticks.
class unit : public sc_core::sc_module {
 public:
  /// What a tick came to. A unit that `sleeps` is not ticked again until one of its streams changes for it (a beat
  /// arrives in an empty one, room in a full one); until then every cycle counts as `state`.
  struct outcome {
    unit_state state = unit_state::working;
    bool sleeps = false;
  };

  sc_core::sc_port<clock_domain> clock{"clock"};

  /// Connects `link` to the input or output of that place in the description's ports(). A unit without it throws
  /// `config_error`.
  virtual void bind_input(std::size_t port, stream& link);
  virtual void bind_output(std::size_t port, stream& link);

  /// One cycle: looks at its streams as they stood at the cycle's start; pops and pushes at most one beat each.
  virtual outcome tick(std::uint64_t cycle) = 0;

  /// Cycles in each state up to now. They sum to the domain's cycles, always.
  unit_activity activity() const;

  /// The state of the latest cycle.
  unit_state state() const { return m_state; }
  clock_domain& domain() { return *clock.operator->(); }

 protected:
  explicit unit(sc_core::sc_module_name name) : sc_core::sc_module(name) {}

  /// Joins the domain. A unit with streams overrides it, and calls it first.
  void end_of_elaboration() override;

  /// Throws `config_error` that names both unless `link` carries beats of `lanes` integers of `type`.
  void require_shape(const stream& link, integer_type type, int lanes) const;

 private:
  friend class clock_domain;

  std::array<std::uint64_t, 4> m_cycles{};  ///< by unit_state
  std::size_t m_index = 0;                  ///< in the domain
  std::uint64_t m_counted = 0;              ///< cycles that m_cycles holds; behind the domain's while asleep
  unit_state m_state = unit_state::starved;
};

}  // namespace spillway
