// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "spillway/models/dataflow/units/vvau.h"
#include "spillway/sim/units/dot_core.h"
#include "spillway/traces/recorder.h"

namespace spillway {

/// The values of the VVAU `unit`: PE accumulators, each with the inputs of its own channel.
/// `keep(0, beat)` before every iteration; nothing is replayed. Reports to `events` as unit `index`.
std::unique_ptr<dot_core> make_vvau_core(const vvau& unit, recorder& events, std::uint32_t index);

}  // namespace spillway
