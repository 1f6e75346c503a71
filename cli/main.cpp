// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/interrupt.h"

int main(int argc, char** argv) {
  spillway::hold_standard_streams();
  spillway::catch_interrupts();
  return spillway::run_command(argc, argv);
}
