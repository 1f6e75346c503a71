// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/units/width_converter.h"
#include "rtl/twin.h"

namespace spillway {

/// rtl/sv/spillway_width_converter.sv. `unit` is legal.
rtl_instance twin_of(const width_converter& unit);

}  // namespace spillway
