// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "models/units/vvau.h"
#include "sim/units/mvau_core.h"
#include "traces/recorder.h"

namespace spillway {

/// The values of a VVAU, as mvau_core has those of an MVAU: PE accumulators, each with the inputs of its own channel.
/// `keep(0, beat)` before every iteration; nothing is replayed. Reports to `events` as unit `index`.
std::unique_ptr<mvau_core> make_vvau_core(const vvau& unit, recorder& events, std::uint32_t index);

}  // namespace spillway
