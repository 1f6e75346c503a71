// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_stream.sv for `depth` beats of `bits`.
rtl_instance twin_of_stream(std::int64_t bits, std::int64_t depth);

}  // namespace spillway
