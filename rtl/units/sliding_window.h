// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/sliding_window.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_sliding_window.sv, or spillway_parallel_window.sv where windows are parallel. `unit` is legal.
rtl_instance twin_of(const sliding_window& unit);

}  // namespace spillway
