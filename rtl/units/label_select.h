// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/units/label_select.h"
#include "rtl/twin.h"

namespace spillway {

/// rtl/sv/spillway_label_select.sv. `unit` is legal.
rtl_instance twin_of(const label_select& unit);

}  // namespace spillway
