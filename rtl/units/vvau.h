// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/vvau.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// spillway_vvau. Throws `config_error` as that of the MVAU does.
rtl_instance twin_of(const vvau& unit);

}  // namespace spillway
