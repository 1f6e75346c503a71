// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

/// Ctrl-C (SIGINT) and SIGTERM ask running work to stop at its next whole step, so that what is finished is kept; a
/// second one ends the process at once.
void catch_interrupts();

/// True once the user has asked to stop.
bool interrupted();

}  // namespace spillway
