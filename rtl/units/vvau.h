// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/units/vvau.h"
#include "rtl/twin.h"

namespace spillway {

/// spillway_vvau. Throws `config_error` as that of the MVAU does.
rtl_instance twin_of(const vvau& unit);

}  // namespace spillway
