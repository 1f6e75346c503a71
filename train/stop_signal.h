// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/models/support/error.h"

namespace spillway {

/// A run that was asked to stop, and did: what it has learned is kept. The command's exit code is `code`.
class stopped : public error {
 public:
  stopped(const std::string& what, int signal) : error(what), code(128 + signal) {}
  const int code;
};

/// From now on SIGTERM and SIGINT are only noted; a second one of the same kind ends the process as usual.
void note_stop_signals();

/// The signal that was noted, or 0.
int stop_signal();

}  // namespace spillway
