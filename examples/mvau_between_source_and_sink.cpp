// SPDX-License-Identifier: Apache-2.0
//
// A matrix-vector unit between a source and a sink, cycle by cycle: y = W x for 4 rows and 6 columns, 2 rows and 3
// columns a cycle, through accumulators of 6 bits that are too narrow for one of the results.
#include <fmt/format.h>

#include "spillway/sim/clock_domain.h"
#include "spillway/sim/kernel.h"
#include "spillway/sim/stream.h"
#include "spillway/sim/units/mvau_unit.h"
#include "spillway/sim/units/sink.h"
#include "spillway/sim/units/source.h"
#include "spillway/traces/recorder.h"

using namespace spillway;

int main() {
  // What the hardware is: the same description that cost and RTL read.
  mvau description;
  description.name = "dense";
  description.input_type = unsigned_type(2);
  description.weights = integer_tensor::from(signed_type(4), {4, 6}, {1,  2,  3,  4,  5,  6,   // row 0
                                                                      1,  0,  -1, 0,  1,  0,   // row 1
                                                                      7,  7,  7,  -7, -7, -7,  // row 2
                                                                      -1, -1, -1, -1, -1, -1});
  description.accumulator = {6, overflow_mode::wrap, limit_scope::per_cycle};
  description.output_type = signed_type(6);
  description.pe = 2;    // rows at a time: 2 neuron folds
  description.simd = 3;  // columns at a time: 2 synapse folds
  const integer_tensor inputs = integer_tensor::from(unsigned_type(2), {2, 6},
                                                     {1, 1, 1, 1, 1, 1,    // frame 0
                                                      3, 3, 3, 0, 0, 0});  // frame 1

  // A simulation of its own, then modules, ports and streams, as in any SystemC program.
  const simulation_kernel kernel;
  recorder overflows;
  clock_domain clock("clock");
  stream activations("activations", {description.input_type, description.simd});
  stream results("results", {description.output_type, description.pe});
  source from("from", inputs, {});
  mvau_unit dense("dense", description, overflows);
  sink to("to", {.elements = 4, .frames = 2});
  from.clock(clock);
  dense.clock(clock);
  to.clock(clock);
  from.out(activations);
  dense.in(activations);
  dense.out(results);
  to.in(results);

  clock.run();

  const integer_tensor outputs = to.take_values();
  for (int frame = 0; frame < 2; ++frame) {
    const std::int64_t* y = outputs.at(frame * 4);
    fmt::print("frame {}: {:3} {:3} {:3} {:3}, complete in cycle {}\n", frame, y[0], y[1], y[2], y[3],
               to.frame_cycles()[static_cast<std::size_t>(frame)]);
  }
  for (const overflow_event& event : overflows.events())
    fmt::print("frame {}, row {}, cycle {}: {} + {} = {} does not fit 6 bits, {} is kept ({})\n", event.frame,
               event.channel, event.cycle, event.decimal(overflow_event::before), event.decimal(overflow_event::addend),
               event.decimal(overflow_event::exact), event.decimal(overflow_event::stored),
               event.persistent ? "persistent" : "transient");
  const unit_activity activity = dense.activity();
  fmt::print("{} cycles: {} working, {} starved, {} blocked, {} draining\n", activity.total(), activity.working,
             activity.starved, activity.blocked, activity.draining);

  // 3 * 7 * 3 = 63 is one more than twice what 6 bits hold: -1 is what is left of it.
  const bool as_expected = *outputs.at(0) == 21 && *outputs.at(4 + 2) == -1 && overflows.total().events == 1;
  return as_expected ? 0 : 1;
}
