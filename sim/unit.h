// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <systemc>

#include "spillway/sim/clock_domain.h"
#include "spillway/sim/clocked_module.h"
#include "spillway/sim/stream.h"
#include "spillway/sim/unit_activity.h"

namespace spillway {

/// A hardware unit: an sc_module that its clock domain ticks.
class unit : public clocked_module {
 public:
  sc_core::sc_port<clock_domain> clock{"clock"};

  /// Connects `link` to the input of that place in the description's ports(). Throws `config_error` if there is none.
  virtual void bind_input(std::size_t port, stream& link);
  /// Connects `link` to the output of that place in the description's ports(). Throws `config_error` if there is none.
  virtual void bind_output(std::size_t port, stream& link);

  /// Cycles in each state up to now. They sum to the domain's cycles, always.
  unit_activity activity() const;

  /// The clock domain that ticks the unit. Only after `clock` is bound.
  clock_domain& domain() { return *clock.operator->(); }
  commit_list& commits() override { return domain().commits(); }

 protected:
  /// `name`: of the module in the hierarchy of SystemC.
  explicit unit(sc_core::sc_module_name name) : clocked_module(name) {}

  /// Joins the domain. A unit with streams overrides it, and calls it first.
  void end_of_elaboration() override;

  /// Throws `config_error` that names both unless `link` carries beats of `lanes` integers of `type`.
  void require_shape(const stream& link, integer_type type, int lanes) const;
};

}  // namespace spillway
