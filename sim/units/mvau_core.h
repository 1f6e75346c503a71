// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "spillway/models/dataflow/units/mvau.h"
#include "spillway/sim/units/dot_core.h"
#include "spillway/sim/units/lane_kernels.h"
#include "spillway/traces/recorder.h"

namespace spillway {

/// The values of the MVAU `unit`, reporting to `events` as unit `index`. `target` is the best that the processor has,
/// unless given (tests compare them).
std::unique_ptr<dot_core> make_mvau_core(const mvau& unit, recorder& events, std::uint32_t index,
                                         std::optional<detail::lane_target> target = {});

}  // namespace spillway
