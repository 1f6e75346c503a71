// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace spillway {

// What a description says of its kind. Tables, parsers, searches and messages derive from it: nothing else names a kind
// where it only needs one of these facts.

/// Which of the `unit_options` a kind of unit has, so that they can be chosen.
struct unit_properties {
  bool pe = false, simd = false, accumulator = false, memory = false, constant_weights = false, multipliers = false;
  bool thresholds = false, parallel_window = false;
};

/// The facts of a kind of unit, `Unit::facts` in each description.
struct unit_facts {
  std::string_view name;       ///< of the description, in tables and JSON
  std::string_view unit_name;  ///< FINN's word: units are called MVAU_0, MVAU_1, ...
  /// Every name that FINN gives the kind or gave it: MVAU_hls, MVAU_rtl, MVAU, ...; longer ones before those that they
  /// begin with; the rest is empty.
  std::array<std::string_view, 5> finn_names;
  unit_properties has;
};

/// What a fold of a unit must divide, and what that is called in messages: "MH", 64.
struct fold_size {
  std::string_view name;
  std::int64_t of = 1;
};

/// Of a kind that does not have a fold the size is 1, and has no name.
struct fold_sizes {
  fold_size pe, simd;
};

}  // namespace spillway
