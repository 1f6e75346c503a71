// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_vvau.sv.
#include "spillway/resource/estimate.h"
#include "spillway/resource/units/dot_products.h"

namespace spillway {

namespace {

using part = priced_part::kind;

}  // namespace

unit_estimate estimate(const vvau& unit) {
  detail::dot_element e = detail::dot_element_of(unit);
  e.settle();
  if (e.folds == 1 && !e.sums_matter()) return detail::estimate_fixed_answers(e);
  unit_estimate result = detail::estimate_dot_products(e);
  if (e.folds > 1)
    result.parts.push_back(
        {part::control, "round counter", "by bits of SF", counter_rule(e.rounds, counter_use::last)});
  return result;
}

}  // namespace spillway
