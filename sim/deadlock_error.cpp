// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/deadlock_error.h"

#include <fmt/format.h>

namespace spillway {

std::string deadlock_text(std::uint64_t cycle, const std::vector<deadlock_error::wait>& ring,
                          const std::vector<deadlock_error::level>& levels) {
  std::string waits, held;
  for (const deadlock_error::wait& wait : ring)
    waits += fmt::format("{} waits for {} in {}; ", wait.unit, wait.for_room ? "room" : "a beat", wait.link);
  for (const deadlock_error::level& level : levels)
    if (level.fill > 0)
      held += fmt::format("{}{} {}/{}", held.empty() ? "" : ", ", level.link, level.fill, level.depth);
  return fmt::format("deadlock in cycle {}: {}beats held: {}", cycle, waits, held.empty() ? "none" : held);
}

}  // namespace spillway
