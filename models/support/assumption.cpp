// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/assumption.h"

#include <fmt/format.h>

namespace spillway {

std::string to_string(const assumption& of) {
  return fmt::format("{}: {}: {} ({})", of.where, of.what, of.value, of.why);
}

}  // namespace spillway
