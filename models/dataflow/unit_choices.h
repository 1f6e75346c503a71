// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "spillway/models/dataflow/lowering_options.h"
#include "spillway/models/dataflow/units/unit_facts.h"

namespace spillway {

/// The most lanes that a unit takes where nothing else is said.
constexpr int widest_default_simd = 64;

/// The greatest divisor of `n` that is at most `limit`.
int largest_divisor(std::int64_t n, std::int64_t limit);

/// What was chosen for one unit alone, but for what stands before it where it `has_accumulator`: what all such units
/// have.
unit_options own_choice(const lowering_options& options, const std::string& name, bool has_accumulator);

/// Hands out the units' names and what the user chose for each.
class unit_choices {
 public:
  explicit unit_choices(const lowering_options& options) : m_options(options) {}

  /// The next name of a kind: `MVAU` gives MVAU_0, MVAU_1, ...
  std::string next_name(std::string_view kind);

  /// The choice for a unit: what all units with accumulators have, its own, and the defaults, each where those before
  /// it leave something open. Throws `config_error` for a choice of its own beyond what its kind has.
  unit_options of(const std::string& name, const unit_properties& has) const;

  /// What is chosen of the register of a unit and its layer.
  std::optional<register_choice> register_of(const std::string& name, const std::string& layer,
                                             const unit_options& choice);

  /// Throws `config_error` for a name that no unit took, naming the nearest.
  void require_all_used() const;

 private:
  const lowering_options& m_options;
  std::map<std::string, int, std::less<>> m_counts;
  std::set<std::string> m_register_names;  ///< that rules may name: units with accumulators, and their layers
  std::set<std::string> m_names;
};

}  // namespace spillway
