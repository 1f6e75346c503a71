// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/units/padding.h"
#include "rtl/twin.h"

namespace spillway {

/// rtl/sv/spillway_padding.sv. `unit` is legal.
rtl_instance twin_of(const padding& unit);

}  // namespace spillway
