// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <variant>

#include "spillway/calibration/point_keys.h"
#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// Of a network file that the repository keeps, trained: the accelerator, or with the key `of` one of its units. Keys:
/// `file` (below `root`), `fold` ({"MVAU_0": [PE, SIMD], ...}; or `cycles` for what the folding search finds),
/// `registers` (a list of rules as `--accumulator` takes them), `memory`, `bare` (1: the unit without its thresholds).
/// Throws `input_error` for a unit or a fold
/// that is none, and whatever reading, lowering and the search refuse.
std::variant<dataflow, dataflow_unit> file_point(point_keys& from, const std::filesystem::path& root);

}  // namespace spillway
