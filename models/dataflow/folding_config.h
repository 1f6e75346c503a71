// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/models/dataflow/lower.h"
#include "spillway/models/support/assumption.h"

namespace spillway {

/// Reads FINN's folding_config.json for an accelerator that has `units` (by name, as `lower` gives them):
///
///     {"Defaults": {"ram_style": ["block", ["all"]]}, "MVAU_0": {"PE": 5, "SIMD": 16}, "FMPadding_0": {"SIMD": 2}}
///
/// A unit may have any of the names that FINN gives its kind: MVAU_0, MVAU_hls_0, MVAU_rtl_0, MatrixVectorActivation_0,
/// StreamingFCLayer_Batch_0, and so on. Entries of a file in FINN's names are matched by their place in the network
/// (docs/data-formats.md). PE, SIMD, ram_style, mem_mode, resType, parallel_window, inFIFODepths and outFIFODepths are
/// taken; mem_mode internal_embedded makes an MVAU's weights constants of its logic. Whether PE and SIMD divide, and
/// whether the unit has them, is `lower`'s affair.
///
/// `said`, if given, gets what of the file is skipped, since the accelerator lacks the unit or the choice, and which
/// unit an entry was matched with where their numbers differ. `units` stand in the order of the network, each window
/// directly before its reader.
///
/// Throws `config_error`, naming the file, the key, its value and the nearest legal one, for kinds and attributes that
/// FINN does not have; `input_error` for a file that is no JSON object; `io_error` if it can't be read.
lowering_options read_folding_config(const std::string& path, const std::vector<std::string>& units,
                                     std::vector<assumption>* said = nullptr);

/// The same of the text of such a file, which messages call `name`.
lowering_options parse_folding_config(const std::string& text, const std::string& name,
                                      const std::vector<std::string>& units, std::vector<assumption>* said = nullptr);

/// The folding of `flow` as such a file, which gives the same design when it is read again, but for the style of
/// thresholding units: FINN has no key for it.
std::string folding_config_json(const dataflow& flow);

}  // namespace spillway
