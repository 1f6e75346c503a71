// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace spillway {

/// Holds every option of a command, and of those below it, to what its type promises, once all of them are added: a
/// text is not empty; a whole number is written in decimal digits and fits in 64 bits (a count has no sign, and what is
/// POSITIVE or NONNEGATIVE is); a real number is finite; a file that is written is not called `-`. Without this a
/// number that does not fit becomes another one.
void guard_options(CLI::App& app);

}  // namespace spillway
