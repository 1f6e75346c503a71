// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/complement.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_complement.sv. `unit` is legal.
rtl_instance twin_of(const complement& unit);

}  // namespace spillway
