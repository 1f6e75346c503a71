// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/concat_streams.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_concat_streams.sv. `unit` is legal.
rtl_instance twin_of(const concat_streams& unit);

}  // namespace spillway
