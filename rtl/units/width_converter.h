// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/width_converter.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_width_converter.sv. `unit` is legal.
rtl_instance twin_of(const width_converter& unit);

}  // namespace spillway
