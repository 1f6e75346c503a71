// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// The value of `type.words()` words in decimal.
std::string value_text(const std::int64_t* words, integer_type type);

}  // namespace spillway
