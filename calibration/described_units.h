// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/calibration/point_keys.h"
#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// The unit of a kind ("mvau", "padding", ...) that the keys describe, without its name; weights and thresholds are
/// drawn from its seed. Throws `input_error` for a kind that is none, and for keys that are wrong; `validate` is the
/// caller's.
dataflow_unit described_unit(point_keys& from, const std::string& kind);

}  // namespace spillway
