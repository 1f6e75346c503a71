// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/resource/estimate.h"
#include "spillway/resource/units/dot_element.h"

namespace spillway::detail {

/// The parts that both kinds of unit have, of a settled element.
unit_estimate estimate_dot_products(const dot_element& e);

/// What is left of a unit whose sums do not matter: its answers, by fold, and the beats that carry them.
unit_estimate estimate_fixed_answers(const dot_element& e);

}  // namespace spillway::detail
