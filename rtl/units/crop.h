// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/crop.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_crop.sv. `unit` is legal.
rtl_instance twin_of(const crop& unit);

}  // namespace spillway
