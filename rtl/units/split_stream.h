// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/split_stream.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_split_stream.sv. `unit` is legal.
rtl_instance twin_of(const split_stream& unit);

}  // namespace spillway
