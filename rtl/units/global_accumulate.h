// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/units/global_accumulate.h"
#include "rtl/twin.h"

namespace spillway {

/// rtl/sv/spillway_global_accumulate.sv. `unit` is legal.
rtl_instance twin_of(const global_accumulate& unit);

}  // namespace spillway
