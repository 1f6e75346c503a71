// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

/// From now on Ctrl-C (SIGINT) and SIGTERM end the process at once, with a line and the exit code 130: files are
/// written beside their place and put there when they are whole, so that nothing finished is lost. Where an
/// `orderly_stop` is alive they ask it to stop at its next whole step instead; a second signal ends the process all the
/// same.
void catch_interrupts();

/// While one is alive, the work around it looks at `interrupted`, and keeps what it has finished.
class orderly_stop {
 public:
  orderly_stop() noexcept;
  ~orderly_stop();
  orderly_stop(const orderly_stop&) = delete;
  orderly_stop& operator=(const orderly_stop&) = delete;
};

/// True once the user has asked to stop.
bool interrupted();

}  // namespace spillway
