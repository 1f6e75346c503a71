// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/beat_deadlock.h"
#include "spillway/models/dataflow/times/network_times.h"

namespace spillway::times {

/// What `network` looks like once no unit can go on: who reads an empty stream waits for its writer, who writes a full
/// one for its reader.
beat_deadlock find_deadlock(const network_times& network);

}  // namespace spillway::times
