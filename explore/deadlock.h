// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/sim/deadlock_error.h"

namespace spillway {

/// The deeper stream that frees a deadlocked design.
struct deadlock_fix {
  std::size_t stream = 0;  ///< index in `streams_of(flow)`
  std::string link;        ///< its name
  int depth = 2;           ///< what it has, beats
  int needed = 2;          ///< the least that ends the deadlock, the others as they are
  std::int64_t bits = 0;   ///< memory that it takes more
};

/// The cheapest change of one stream that lets `inputs` (the first frames, of which values do not matter) run to their
/// end, or nothing if none does alone: each stream that is full when the design stops is made deep enough, then as
/// shallow as it may be (models/dataflow/beat_times.h).
std::optional<deadlock_fix> smallest_fix(const dataflow& flow, const integer_tensor& inputs);

/// The deadlock of `frames` frames through `flow` in two lines: who waits for whom, and the smallest change that ends
/// it. Empty if there is none.
std::string explain_deadlock(const dataflow& flow, std::int64_t frames);

/// A deadlock that a run ended in, in two lines: who waits for whom, and the smallest change that ends it.
std::string explain_deadlock(const deadlock_error& stuck, const dataflow& flow, const integer_tensor& inputs);

/// Throws `protocol_error` with that explanation where a fork's branches meet again and a stream is too shallow for it.
void refuse_deadlock(const dataflow& flow);

/// The design with its streams stated and every one unlimited, so that it can't deadlock for want of room.
dataflow with_unlimited_streams(const dataflow& flow);

}  // namespace spillway
