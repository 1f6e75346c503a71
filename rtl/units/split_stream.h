// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/units/split_stream.h"
#include "rtl/twin.h"

namespace spillway {

/// rtl/sv/spillway_split_stream.sv. `unit` is legal.
rtl_instance twin_of(const split_stream& unit);

}  // namespace spillway
