// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "spillway/sim/accelerator.h"
#include "spillway/sim/kernel.h"
#include "spillway/sim/units/mvau_unit.h"

namespace spillway::testing {

/// What an MVAU between a source and a sink did.
struct mvau_run {
  integer_tensor outputs;
  recorder events{std::numeric_limits<std::uint64_t>::max()};
  std::vector<std::uint64_t> issue_cycles;  ///< of each iteration, seen from outside: the unit was `working`
  std::vector<std::uint64_t> frame_cycles;
  std::uint64_t cycles = 0;
  std::vector<unit_activity> activity;  ///< source, MVAU, sink
};

/// Notes in which cycles a unit works.
class work_probe final : public cycle_probe {
 public:
  work_probe(const unit& watched, std::vector<std::uint64_t>& cycles) : m_watched(watched), m_cycles(cycles) {}
  void sample(std::uint64_t cycle) override {
    if (m_watched.state() == unit_state::working) m_cycles.push_back(cycle);
  }

 private:
  const unit& m_watched;
  std::vector<std::uint64_t>& m_cycles;
};

/// Runs `inputs` through `description` in a simulation of its own.
inline mvau_run run_mvau(const mvau& description, const integer_tensor& inputs, const stall_options& stalls = {},
                         int depth = 2) {
  const simulation_kernel kernel;
  mvau_run run;
  accelerator top("top", {"test", {description}, depth}, inputs, run.events, stalls);
  work_probe probe(*top.units().front(), run.issue_cycles);
  top.clock.set_probe(&probe);
  top.clock.run();
  run.frame_cycles.assign(top.output().frame_cycles().begin(), top.output().frame_cycles().end());
  run.outputs = top.output().take_values();
  run.cycles = top.clock.cycles();
  run.activity = {top.input().activity(), top.units().front()->activity(), top.output().of(0).activity()};
  return run;
}

/// An MVAU of a given shape: small weights that depend on their place only, no thresholds.
inline mvau plain_mvau(std::int64_t mh, std::int64_t mw, int pe, int simd, const accumulator_format& format = {}) {
  mvau unit;
  unit.name = "mvau";
  unit.input_type = signed_type(8);
  unit.weights = integer_tensor::zeros(signed_type(8), {mh, mw});
  for (std::int64_t i = 0; i < mh * mw; ++i) *unit.weights.at(i) = (i * 37 + 11) % 251 - 125;
  unit.accumulator = format;
  unit.output_type = signed_type(format.bits);
  unit.pe = pe;
  unit.simd = simd;
  return unit;
}

/// Inputs for it that depend on their place only.
inline integer_tensor plain_inputs(const mvau& unit, std::int64_t frames) {
  integer_tensor inputs = integer_tensor::zeros(unit.input_type, {frames * unit.vectors_per_frame, unit.mw()});
  for (std::int64_t i = 0; i < inputs.size(); ++i) *inputs.at(i) = (i * 73 + 5) % 255 - 127;
  return inputs;
}

}  // namespace spillway::testing
