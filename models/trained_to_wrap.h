// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "models/network.h"

namespace spillway {

/// P of the registers that a file's metadata say its network was trained to wrap in (WrapNet; docs/wrapnet.md); nothing
/// of other files. Throws `input_error` if they say that it was and give no width.
std::optional<int> trained_to_wrap(const network& file);

}  // namespace spillway
