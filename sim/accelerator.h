// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/sim/clock_domain.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/output_collector.h"
#include "spillway/sim/stream.h"
#include "spillway/sim/unit.h"
#include "spillway/sim/units/source.h"
#include "spillway/traces/recorder.h"

namespace spillway {

/// A dataflow as SystemC modules, between a source that feeds it `inputs` and sinks that collect what comes out, one
/// for each output, in one clock domain. Units and streams stand in the dataflow's order (`streams_of` for a chain).
class accelerator final : public sc_core::sc_module {
 public:
  clock_domain clock{"clock"};

  /// `flow`, `inputs` ([vectors, elements], whole frames of its input) and `events` outlive the accelerator;
  /// `events` gets an entry for each unit, without channels for those that have no registers. A unit that `modules`
  /// names is made by its factory instead of `make_unit`. Throws `config_error` for
  /// an illegal dataflow or shape.
  accelerator(sc_core::sc_module_name name, const dataflow& flow, const integer_tensor& inputs, recorder& events,
              const stall_options& stalls = {}, const module_factories& modules = {});
  accelerator(sc_core::sc_module_name name, const dataflow& flow, integer_tensor&& inputs, recorder& events,
              const stall_options& stalls = {}, const module_factories& modules = {}) = delete;  // would dangle

  /// The module that feeds `inputs` into the first stream.
  source& input() { return *m_source; }
  /// What leaves, with the cycle of each frame's last beat.
  output_collector& output() { return *m_output; }

  /// One entry a unit of the dataflow, under its name there.
  std::vector<unit_activity> activity() const;
  const std::vector<std::unique_ptr<unit>>& units() const { return m_units; }
  const std::vector<std::unique_ptr<stream>>& streams() const { return m_streams; }

 private:
  void connect(const dataflow& flow, const dataflow_stream& link);

  std::vector<std::string> m_names;  ///< of the units, as the dataflow has them
  std::vector<std::unique_ptr<stream>> m_streams;
  std::unique_ptr<source> m_source;
  std::vector<std::unique_ptr<unit>> m_units;
  std::unique_ptr<output_collector> m_output;
};

}  // namespace spillway
