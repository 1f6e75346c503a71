// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/units/pool.h"
#include "rtl/twin.h"

namespace spillway {

/// rtl/sv/spillway_pool.sv. `unit` is legal.
rtl_instance twin_of(const pool& unit);

}  // namespace spillway
