// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/cost.h"
#include "spillway/resource/finn/options.h"

namespace spillway {

/// What FINN's estimations say of the units that are no matrix products:
///
///     VVAU             as the MVAU, with MW = kh*kw and thresholds always counted (see resource/finn/mvau.h)
///     sliding window   LUT = 300 + SIMD*A*ceil(depth/38) in distributed memory, depth the line buffer's words
///     thresholding     LUT = A*PE + PE*A*ceil(memory depth/64)
///     width converter  LUT = ceil(log2 ratio) + width, the wider side's bits
///     all others       0
///
/// FF are never estimated. `cycles` are our own unit's exact ones; FINN's expected cycles differ where docs/units says.
unit_cost finn_cost(const vvau& unit, const finn_options& options = {});
unit_cost finn_cost(const sliding_window& unit, const finn_options& options = {});
unit_cost finn_cost(const thresholding& unit, const finn_options& options = {});
unit_cost finn_cost(const width_converter& unit, const finn_options& options = {});

/// The kinds that FINN's estimations count as 0 LUT.
template <class Unit>
concept free_in_finn =
    std::same_as<Unit, padding> || std::same_as<Unit, pool> || std::same_as<Unit, global_accumulate> ||
    std::same_as<Unit, add_streams> || std::same_as<Unit, duplicate_streams> || std::same_as<Unit, upsample> ||
    std::same_as<Unit, concat_streams> || std::same_as<Unit, split_stream> || std::same_as<Unit, label_select> ||
    std::same_as<Unit, crop>;

namespace detail {
/// A unit without LUTs and memories, with its cycles a frame.
unit_cost free_in_finn(const std::string& unit, std::string_view kind, std::int64_t cycles);
}

/// The price of a unit that FINN's estimations count as 0 LUT.
template <free_in_finn Unit>
unit_cost finn_cost(const Unit& unit, const finn_options& = {}) {
  return detail::free_in_finn(unit.name, Unit::facts.name, unit.cycles_per_frame());
}

/// The width converter's LUTs for a stream of `bits` a lane: ceil(log2 ratio) + the wider side's bits; 0 if equal.
double finn_converter_luts(std::int64_t from_lanes, std::int64_t to_lanes, int bits);

}  // namespace spillway
