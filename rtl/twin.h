// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// The SystemVerilog twin of any unit: an instance of its module. Throws `config_error` that names the unit where its
/// kind has no twin for what it asks.
rtl_instance twin_of(const dataflow_unit& unit);

}  // namespace spillway
