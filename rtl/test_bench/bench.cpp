// SPDX-License-Identifier: Apache-2.0
// Drives clock and reset of a test bench that Verilator made of `--prefix Vbench`, until it is finished. Exit code 0 if
// nothing failed. Arguments that begin with + are the bench's.
#include <verilated.h>

#include "Vbench.h"

int main(int argc, char** argv) {
  VerilatedContext context;
  context.commandArgs(argc, argv);
  Vbench bench{&context};
  const auto cycle = [&] {
    for (const int level : {0, 1}) {
      bench.clk = level;
      bench.eval();
      context.timeInc(5);
    }
  };
  bench.rst = 1;
  for (int i = 0; i < 4; ++i) cycle();
  // Resets end between two rising edges.
  bench.clk = 0;
  bench.rst = 0;
  while (!bench.finished && !context.gotFinish()) cycle();
  const bool failed = bench.failed;
  bench.final();
  return failed ? 1 : 0;
}
