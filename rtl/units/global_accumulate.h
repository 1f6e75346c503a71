// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/global_accumulate.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_global_accumulate.sv. `unit` is legal.
rtl_instance twin_of(const global_accumulate& unit);

}  // namespace spillway
