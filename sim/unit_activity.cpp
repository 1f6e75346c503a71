// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/unit_activity.h"

namespace spillway {

std::string_view to_string(unit_state state) {
  switch (state) {
    case unit_state::working:
      return "working";
    case unit_state::starved:
      return "starved";
    case unit_state::blocked:
      return "blocked";
    case unit_state::draining:
      return "draining";
  }
  return "";
}

}  // namespace spillway
