// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/pool.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_pool.sv. `unit` is legal.
rtl_instance twin_of(const pool& unit);

}  // namespace spillway
