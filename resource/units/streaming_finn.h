// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/dataflow.h"
#include "resource/cost.h"
#include "resource/finn_options.h"

namespace spillway {

/// What FINN's estimations say of the units that are no matrix products:
///
///     VVAU             as the MVAU, with MW = kh*kw and thresholds always counted (see mvau_finn.h)
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
unit_cost finn_cost(const padding& unit, const finn_options& options = {});
unit_cost finn_cost(const pool& unit, const finn_options& options = {});
unit_cost finn_cost(const global_accumulate& unit, const finn_options& options = {});
unit_cost finn_cost(const add_streams& unit, const finn_options& options = {});
unit_cost finn_cost(const duplicate_streams& unit, const finn_options& options = {});
unit_cost finn_cost(const upsample& unit, const finn_options& options = {});
unit_cost finn_cost(const concat_streams& unit, const finn_options& options = {});
unit_cost finn_cost(const split_stream& unit, const finn_options& options = {});
unit_cost finn_cost(const label_select& unit, const finn_options& options = {});

/// FINN's FIFO estimate: LUT = 2*ceil(log2 depth) + ceil(depth/32)*ceil(width/2), width in bits.
double finn_fifo_luts(std::int64_t depth, std::int64_t width);

/// The width converter's LUTs for a stream of `bits` a lane: ceil(log2 ratio) + the wider side's bits; 0 if equal.
double finn_converter_luts(std::int64_t from_lanes, std::int64_t to_lanes, int bits);

}  // namespace spillway
