// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/units/sliding_window.h"
#include "rtl/twin.h"

namespace spillway {

/// rtl/sv/spillway_sliding_window.sv, or spillway_parallel_window.sv where windows are parallel. `unit` is legal.
rtl_instance twin_of(const sliding_window& unit);

}  // namespace spillway
