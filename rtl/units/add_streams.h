// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/add_streams.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_add_streams.sv. `unit` is legal.
rtl_instance twin_of(const add_streams& unit);

}  // namespace spillway
