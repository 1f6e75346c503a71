// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "spillway/explore/study/answers.h"
#include "spillway/models/data/dataset.h"
#include "spillway/models/dataflow/lowering_options.h"
#include "spillway/models/load/design.h"
#include "spillway/models/support/assumption.h"
#include "spillway/resource/devices.h"
#include "spillway/resource/hardware.h"

namespace spillway {

/// How far a search is.
struct width_search_progress {
  std::uint64_t simulations = 0;  ///< that were made
  std::uint64_t most = 0;         ///< about how many there will be at the most
  double luts = 0;                ///< of the cheapest widths that were found to lose no more than is allowed
};

/// What widths are searched for.
struct width_search_options {
  hardware kind = hardware::spillway;
  const fpga_device* device = &default_device();
  unsigned threads = 1;
  std::function<bool(const width_search_progress&)> on_progress = {};  ///< false stops
};

/// What a search of widths came to.
struct found_widths {
  lowering_options choices;  ///< with a width for each register that was searched for
  double allowed = 0;        ///< percentage points of top-1, or dB of PSNR
  study_metric metric = study_metric::none;
  paired_loss loss;               ///< on the validation data, against exact arithmetic: a share, or dB
  std::int64_t frames = 0;        ///< of the validation data
  std::uint64_t simulations = 0;  ///< of the validation data, or of its first frames
  double luts = 0;                ///< in the searched widths
  double certified_luts = 0;  ///< the same registers in their certified widths: what a proof costs is the difference

  /// `certified_luts` - `luts`.
  double price_of_proof() const { return certified_luts - luts; }
};

/// What was searched, what came of it, and what a proof would cost, as an assumption of a design.
assumption describe(const found_widths& found, const std::string& data);

/// Whether some register of the choices is to be searched for.
bool asks_for_searched(const lowering_options& choices);

/// About how many simulations a search makes at the most: for whoever shows its progress, or plans it.
std::uint64_t most_simulations(const design& of, const lowering_options& choices);

/// Searches the widths of the registers that `choices` leaves to it (`searched`, of all layers or of some): the
/// cheapest with which the network loses no more on `validation` than the choice allows, against exact arithmetic.
///
/// One exact pass says how many dot products each width would overflow. Widths of all layers that overflow the same
/// share come first, by bisection; from there each layer is narrowed as long as the simulation of all validation frames
/// allows it, and pairs of layers trade a bit. A register that keeps its certified width wraps: it has no beyond.
/// Widths that the model prices no lower than a wider one are left out. The result is a local optimum; its loss is
/// simulated, never supposed.
///
/// Nothing if `on_progress` stopped it. Throws `config_error` for data without classes and images, for choices of
/// different losses, and as `lower`.
std::optional<found_widths> search_widths(const design& of, const lowering_options& choices, const dataset& validation,
                                          const width_search_options& options = {});

}  // namespace spillway
