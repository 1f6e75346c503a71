// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/interrupt.h"

#include <unistd.h>

#include <csignal>

namespace spillway {

namespace {

volatile std::sig_atomic_t interrupts = 0;
volatile std::sig_atomic_t orderly_stops = 0;

/// Calls nothing but what a signal may call.
void on_signal(int) {
  interrupts = interrupts + 1;
  if (orderly_stops > 0 && interrupts == 1) return;
  constexpr char line[] = "interrupted: what was not finished was not written\n";
  if (::write(STDERR_FILENO, line, sizeof line - 1) < 0) ::_exit(130);
  ::_exit(130);
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  // A pipe that nobody reads and a limit on files are refused writes, which are reported as a full disk is.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

orderly_stop::orderly_stop() noexcept { orderly_stops = orderly_stops + 1; }
orderly_stop::~orderly_stop() { orderly_stops = orderly_stops - 1; }

bool interrupted() { return interrupts != 0; }

}  // namespace spillway
