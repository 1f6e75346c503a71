// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spillway/resource/amounts.h"
#include "spillway/resource/unit_cost.h"

namespace spillway {

/// A term of two prices: of one unit, or of all units together. 0 where a price does not have it.
struct term_difference {
  resource_kind kind = resource_kind::luts;
  std::string group;  ///< compute, threshold, memory, control, ...; empty for block memories, UltraRAMs and DSPs
  std::string term;   ///< "adder tree"; empty for these
  double first = 0, second = 0;

  double difference() const { return second - first; }  ///< second minus first
};

/// A unit or a stream of two designs, by its name; nothing of a design that has none of that name.
struct unit_difference {
  std::string unit, kind;
  std::optional<resource_amounts> first, second;
  std::vector<term_difference> terms;
};

/// Two prices beside each other: designs that differ in folds, widths or hardware.
struct cost_difference {
  resource_amounts first, second;
  std::vector<term_difference> terms;  ///< over all units
  std::vector<unit_difference> units;  ///< those of the first in its order, then those that only the second has
};

/// Matches units by name and terms by group and name.
cost_difference compare(const network_cost& first, const network_cost& second);

/// For people: each kind of resource by its terms, then unit by unit; with `explain` also the terms of each unit.
/// `first` and `second` say what the two are.
std::string to_text(const cost_difference& difference, const std::string& first, const std::string& second,
                    bool explain = false);

/// For programs: {"total", "terms", "units"}, each with `first`, `second` and `difference`, the second less the first.
std::string to_json(const cost_difference& difference);

}  // namespace spillway
