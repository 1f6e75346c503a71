// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/upsample.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_upsample.sv. `unit` is legal.
rtl_instance twin_of(const upsample& unit);

}  // namespace spillway
