// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/stop_signal.h"

#include <signal.h>

namespace spillway {
namespace {

volatile sig_atomic_t noted = 0;

}  // namespace

void note_stop_signals() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { noted = signal; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGTERM, SIGINT}) sigaction(signal, &action, nullptr);
}

int stop_signal() { return noted; }

}  // namespace spillway
