// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/resources.h"

namespace spillway {

// Spillway's own model: what the twins of rtl/sv take on a 7-series device as Yosys synthesises them. Rules
// (resource/rules.h) price what a unit is made of; a few constants, fitted on calibration points only, price what
// synthesis saves across its parts (resource/fitted.h). docs/cost-model.md has the errors on held-out points.

/// What a part of a unit takes, and the formula that says so.
struct priced_part {
  enum class kind : unsigned char { compute, threshold, memory, control } group;
  const char* name;
  const char* formula;
  resources amount;
};

/// LUT cells of a part's logic that stand at no place of a carry chain: two small ones may share a site.
double lone_luts(const priced_part& part);

/// Those of them that are functions of six inputs.
double six_input_luts(const priced_part& part);

/// LUT6 sites of a part: the places of its carry chains, its memories' and shift registers' LUTs, and a share of the
/// LUTs that stand alone (resource/fitted.h).
double sites_of(const priced_part& part);

/// A unit's price, part by part.
struct unit_estimate {
  std::vector<priced_part> parts;
  /// False beyond what calibration saw: the errors that are stated do not speak of it.
  bool is_calibrated = true;
  /// Of weights in LUTs, of which synthesis takes more than a quarter of the bits away, or a lane.
  bool has_sparse_weights = false;

  /// The sum; `sites` by the share of the group that each part is of.
  resources total() const;
};

/// What the twin of each kind of unit takes.
unit_estimate estimate(const mvau& unit);
unit_estimate estimate(const vvau& unit);
unit_estimate estimate(const sliding_window& unit);
unit_estimate estimate(const padding& unit);
unit_estimate estimate(const thresholding& unit);
unit_estimate estimate(const pool& unit);
unit_estimate estimate(const global_accumulate& unit);
unit_estimate estimate(const add_streams& unit);
unit_estimate estimate(const duplicate_streams& unit);
unit_estimate estimate(const upsample& unit);
unit_estimate estimate(const concat_streams& unit);
unit_estimate estimate(const crop& unit);
unit_estimate estimate(const split_stream& unit);
unit_estimate estimate(const label_select& unit);
unit_estimate estimate(const width_converter& unit);

/// Of any kind of unit.
unit_estimate estimate(const dataflow_unit& unit);

/// Of a stream of `depth` beats (2 at least) of `bits` bits, built as style_of_stream says.
unit_estimate estimate_stream(std::int64_t bits, std::int64_t depth);

/// What counts the beats of a frame where a stream leaves the accelerator, for its TLAST.
priced_part frame_counter(std::int64_t beats);

}  // namespace spillway
