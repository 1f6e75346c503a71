// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/mvau.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// spillway_mvau, or a module of its own where the weights are constants (rtl/units/constant_mvau.h). Throws
/// `config_error`, naming the unit, where the sum of its products needs more than 60 bits or its weights are in `ultra`
/// memory.
rtl_instance twin_of(const mvau& unit);

}  // namespace spillway
