// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/sim/fast/value_block.h"

namespace spillway::detail {

/// The values of a unit without registers, over blocks of frames.
class plain_unit {
 public:
  virtual ~plain_unit() = default;

  /// `inputs` and `outputs` are those of the unit's ports, `frames` frames of each. Threads may run blocks at once.
  virtual void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                   std::int64_t frames) const = 0;
};

/// What runs the unit, which must outlive it. Not for units that only pass elements on in their order
/// (width_converter, duplicate_streams), nor for those with registers: null. `windows` is the sliding window unit
/// whose windows a pool takes out of its input's frames; null: they come as they are.
std::unique_ptr<plain_unit> make_plain_unit(const dataflow_unit& unit, const sliding_window* windows);

/// Whether the pool can take windows out of frames.
bool reads_windows(const pool& unit);

}  // namespace spillway::detail
