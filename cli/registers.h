// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// A line for each register: its format, and where its width comes from. Nothing for units without one.
void print_registers(const dataflow& flow);

}  // namespace spillway
