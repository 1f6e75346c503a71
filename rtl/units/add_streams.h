// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/units/add_streams.h"
#include "rtl/twin.h"

namespace spillway {

/// rtl/sv/spillway_add_streams.sv. `unit` is legal.
rtl_instance twin_of(const add_streams& unit);

}  // namespace spillway
