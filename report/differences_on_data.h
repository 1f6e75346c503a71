// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "spillway/models/data/dataset.h"
#include "spillway/models/load/design.h"
#include "spillway/models/streamline/differences.h"

namespace spillway {

/// Runs a design's file in float32 and its integers on data, these by the fast engine. Where `on_progress` says false,
/// it stops after the frames that are compared. Throws `config_error` for data that does not fit the network.
difference_report compare_on_data(const design& of, const dataset& data, unsigned threads,
                                  const std::function<bool(std::uint64_t frames_done)>& on_progress = {});

/// What differs, as `spillway check` says it (docs/json.md).
nlohmann::ordered_json as_json(const difference_report& report);

}  // namespace spillway
