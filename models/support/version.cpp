// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/version.h"

namespace spillway {

std::string version() { return SPILLWAY_VERSION; }

}  // namespace spillway
