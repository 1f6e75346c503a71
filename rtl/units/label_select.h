// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/label_select.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// rtl/sv/spillway_label_select.sv. `unit` is legal.
rtl_instance twin_of(const label_select& unit);

}  // namespace spillway
