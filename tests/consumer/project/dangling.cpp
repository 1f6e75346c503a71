// SPDX-License-Identifier: Apache-2.0
// Must not compile: the source keeps a reference to its values, which end with this line.
#include "spillway/sim/units/source.h"

spillway::source made("source", spillway::integer_tensor{}, {});
