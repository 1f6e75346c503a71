// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "spillway/models/dataflow/units/mvau.h"
#include "spillway/models/dataflow/units/vvau.h"
#include "spillway/sim/fast/event_replay.h"
#include "spillway/sim/fast/value_block.h"
#include "spillway/sim/fast/window_reader.h"
#include "spillway/traces/recorder.h"

namespace spillway::detail {

/// The values, counts and events of a unit with registers, over blocks of frames and without a clock.
///
/// It proves before it looks: channels whose certificate holds at P are plain dot products. Of the others, the sums of
/// the positive and of the negative products of *this* input bound every partial sum in any order, and only what such
/// bounds can't clear is gone through addition by addition.
class dot_unit {
 public:
  virtual ~dot_unit() = default;

  /// All vectors of a block of frames; `outputs` has the elements that they make. Threads may run blocks at once.
  virtual void run(const value_block& inputs, const run_context& context, value_block& outputs,
                   std::span<channel_counts> counts) const = 0;
};

/// The MVAU `unit`, at index `index` of its dataflow: `reader` finds its input vectors, and the product added at step k
/// is that of column `order[k]` (empty: in the order of the columns). `profiles`: `run_context::sums` will ask for
/// partial sums. `unit` must outlive what is made.
std::unique_ptr<dot_unit> make_dot_unit(const mvau& unit, std::uint32_t index, const window_reader& reader,
                                        std::span<const std::int64_t> order, bool profiles);

/// The same of a VVAU.
std::unique_ptr<dot_unit> make_dot_unit(const vvau& unit, std::uint32_t index, const depthwise_reader& reader);

}  // namespace spillway::detail
