// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "models/lowering.h"

namespace spillway {

/// The most lanes that a unit takes where nothing else is said.
constexpr int widest_default_simd = 64;

/// The greatest divisor of `n` that is at most `limit`.
int largest_divisor(std::int64_t n, std::int64_t limit);

/// Hands out the units' names and what the user chose for each.
class unit_choices {
 public:
  explicit unit_choices(const lowering_options& options) : m_options(options) {}

  /// The next name of a kind: `MVAU` gives MVAU_0, MVAU_1, ...
  std::string next_name(const std::string& kind);

  /// What a kind of unit has, so that it can be chosen.
  struct properties {
    bool pe = false, simd = false, accumulator = false, memory = false, constant_weights = false, multipliers = false;
    bool thresholds = false, parallel_window = false;
  };

  /// The choice for a unit: its own, and the defaults where that leaves something open. Throws `config_error` for a
  /// choice of its own beyond what its kind has.
  unit_options of(const std::string& name, const properties& has);

  /// Throws `config_error` for a name that no unit took, naming the nearest.
  void require_all_used() const;

 private:
  const lowering_options& m_options;
  std::map<std::string, int> m_counts;
  std::set<std::string> m_names;
};

}  // namespace spillway
