// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/thresholding.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// spillway_thresholding. Throws `config_error`, naming the unit, where its thresholds are in `ultra` memory.
rtl_instance twin_of(const thresholding& unit);

}  // namespace spillway
