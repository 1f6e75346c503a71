// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/estimate.h"

#include <algorithm>
#include <variant>

#include "spillway/resource/fitted.h"

namespace spillway {

double lone_luts(const priced_part& part) {
  return part.amount.luts - std::min(part.amount.luts, part.amount.chain_luts);
}

double six_input_luts(const priced_part& part) { return std::min(part.amount.six_inputs, lone_luts(part)); }

double sites_of(const priced_part& part) {
  const double wide = six_input_luts(part);
  return part.amount.chained +
         fitted_costs::site_shares.at(static_cast<std::size_t>(part.group)) * (lone_luts(part) - wide) +
         fitted_costs::six_input_sites * wide + part.amount.lutram + part.amount.srl;
}

resources unit_estimate::total() const {
  resources sum;
  for (const priced_part& one : parts) {
    sum += one.amount;
    sum.sites += sites_of(one);
  }
  return sum;
}

namespace {

// One overload a kind, and no conversions: a kind of unit without rules does not compile.
struct rules_of {
  template <class Unit>
  unit_estimate operator()(const Unit& unit) const {
    return static_cast<unit_estimate (*)(const Unit&)>(estimate)(unit);
  }
};

}  // namespace

unit_estimate estimate(const dataflow_unit& unit) { return std::visit(rules_of(), unit); }

}  // namespace spillway
