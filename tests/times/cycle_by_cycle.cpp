// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/times/cycle_by_cycle.h"

#include "spillway/sim/accelerator.h"
#include "spillway/sim/kernel.h"
#include "spillway/traces/recorder.h"

namespace spillway::testing {

namespace {

class beat_probe final : public cycle_probe {
 public:
  beat_probe(const accelerator& top, seen_times& seen) : m_top(top), m_seen(seen) {
    seen.pushes.resize(top.streams().size());
    seen.pops.resize(top.streams().size());
    seen.working.resize(top.units().size());
  }

  void sample(std::uint64_t cycle) override {
    for (std::size_t s = 0; s < m_seen.pushes.size(); ++s) {
      const stream& link = *m_top.streams()[s];
      if (link.pushed_now()) m_seen.pushes[s].push_back(static_cast<std::int64_t>(cycle));
      if (link.popped_now()) m_seen.pops[s].push_back(static_cast<std::int64_t>(cycle));
    }
    for (std::size_t u = 0; u < m_seen.working.size(); ++u)
      if (m_top.units()[u]->state() == unit_state::working)
        m_seen.working[u].push_back(static_cast<std::int64_t>(cycle));
  }

 private:
  const accelerator& m_top;
  seen_times& m_seen;
};

}  // namespace

seen_times run_cycle_by_cycle(const dataflow& flow, std::int64_t frames) {
  const simulation_kernel kernel;
  const stream_shape shape = input_shape(flow);
  const integer_tensor inputs = integer_tensor::zeros(shape.type, {frames, shape.beats * shape.lanes});
  recorder events(0);
  accelerator top("accelerator", flow, inputs, events);
  seen_times seen;
  beat_probe probe(top, seen);
  top.clock.set_probe(&probe);
  try {
    top.clock.run();
  } catch (const deadlock_error& stuck) {
    seen.deadlock = stuck;
  }
  seen.done.assign(top.output().frame_cycles().begin(), top.output().frame_cycles().end());
  seen.cycles = top.clock.cycles();
  for (const auto& link : top.streams()) seen.high_water.push_back(link->most_filled());
  seen.activity = top.activity();
  return seen;
}

}  // namespace spillway::testing
