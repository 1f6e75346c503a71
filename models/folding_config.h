// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/dataflow.h"

namespace spillway {

/// Reads FINN's folding_config.json for an accelerator of `units` matrix-vector units:
///
///     {"Defaults": {"ram_style": ["block", ["all"]]}, "MVAU_0": {"PE": 5, "SIMD": 16}, "MVAU_1": {"PE": 2}}
///
/// A unit may have any of the names that FINN gives it: MVAU_0, MVAU_hls_0, MVAU_rtl_0, MatrixVectorActivation_0,
/// StreamingFCLayer_Batch_0. PE, SIMD and ram_style are taken; FINN's other attributes of the unit may stand there with
/// the value that Spillway's unit has anyway (docs/data-formats.md). Whether PE and SIMD divide is `lower`'s affair.
///
/// Throws `config_error`, naming the file, the key, its value and the nearest legal one, for anything that would have
/// no effect; `input_error` for a file that is no JSON object; `io_error` if it can't be read.
std::vector<unit_options> read_folding_config(const std::string& path, std::size_t units);

}  // namespace spillway
