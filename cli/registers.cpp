// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/registers.h"

#include <fmt/format.h>

namespace spillway {

void print_registers(const dataflow& flow) {
  for (const dataflow_unit& any : flow.units)
    if (const auto unit = dot_products_of(any))
      fmt::print("  register  {}: {} ({})\n", unit->name, to_string(unit->accumulator),
                 describe(flow.registers.at(unit->name).from));
}

}  // namespace spillway
