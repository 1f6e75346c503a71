// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/duplicate_streams.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_duplicate_streams.sv. `unit` is legal.
rtl_instance twin_of(const duplicate_streams& unit);

}  // namespace spillway
