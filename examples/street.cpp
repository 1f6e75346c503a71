// SPDX-License-Identifier: Apache-2.0
//
// From a file to its hardware with the library alone: `street MODEL DATA FOLDER` prints what `spillway simulate` and
// `spillway estimate` print of 12-bit registers, shows the first overflow, and writes the SystemVerilog.
#include <fmt/format.h>

#include "spillway/models/data/load_dataset.h"
#include "spillway/report/simulate.h"
#include "spillway/resource/spillway_model.h"
#include "spillway/rtl/write.h"

using namespace spillway;

int main(int, char** arguments) {
  design_options options;
  options.lowering.registers = {parse_register_rule("12:wrap:per_product")};
  const finished_run run = simulate(load_design(arguments[1], options), load_dataset(arguments[2]));
  const dataflow& flow = run.accelerator.flow;
  fmt::print("{}", to_text(run));
  for (const overflow_event& event : run.events.events().first(1))
    fmt::print("first overflow: frame {}, channel {}, step {}\n", event.frame, event.channel, event.step);
  fmt::print("{}", to_text(spillway_cost(flow)));
  for (const dataflow_unit& any : flow.units)
    if (const auto unit = dot_products_of(any))
      fmt::print("  register  {}: {} ({})\n", unit->name, to_string(unit->accumulator),
                 describe(flow.registers.at(unit->name).from));
  write_rtl(make_rtl(flow), arguments[3]);
}
