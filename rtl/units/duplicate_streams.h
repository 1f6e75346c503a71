// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/units/duplicate_streams.h"
#include "rtl/twin.h"

namespace spillway {

/// rtl/sv/spillway_duplicate_streams.sv. `unit` is legal.
rtl_instance twin_of(const duplicate_streams& unit);

}  // namespace spillway
