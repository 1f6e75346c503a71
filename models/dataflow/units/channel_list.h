// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/models/dataflow/units/unit_facts.h"

namespace spillway {

// Units whose ports have channels of their own, an entry a port: concat_streams and split_stream.

/// All channels together.
std::int64_t sum_of_channels(const std::vector<std::int64_t>& channels);

/// PE must divide the greatest common divisor of the channels; the unit has no SIMD.
fold_sizes folds_of_channels(const std::vector<std::int64_t>& channels);

/// Throws `config_error` that names `path`, the value and the nearest legal one; `what` is a port: "input".
void check_channels(const std::string& path, const std::vector<std::int64_t>& channels, int pe, const char* what);

}  // namespace spillway
