// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/padding.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_padding.sv. `unit` is legal.
rtl_instance twin_of(const padding& unit);

}  // namespace spillway
