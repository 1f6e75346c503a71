// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/mvau.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// A module made for the weights of a unit of style `constant`: its adder graph, a line a node, and
/// spillway_constant_control. Its name has a digest of its text. Throws `config_error`, naming the unit, for a register
/// that saturates after each product, and where a sum needs more than 60 bits.
rtl_instance constant_twin_of(const mvau& unit);

}  // namespace spillway
