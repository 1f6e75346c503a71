// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/interrupt.h"

#include <csignal>

namespace spillway {

namespace {

volatile std::sig_atomic_t interrupts = 0;

void on_signal(int signal) {
  interrupts = interrupts + 1;
  std::signal(signal, SIG_DFL);  // the second one is not caught
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  // A pipe that nobody reads and a limit on files are refused writes, which are reported as a full disk is.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool interrupted() { return interrupts != 0; }

}  // namespace spillway
