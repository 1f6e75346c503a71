// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/sim/fast/dot_unit.h"
#include "spillway/sim/fast/plain_unit.h"
#include "spillway/sim/fast/value_block.h"

namespace spillway::detail {

/// How a dataflow is computed without a clock: its units, one behind the other, and which values they read and make.
/// Streams that carry the same elements in the same order are one value, whatever their lanes. A sliding window unit
/// whose reader takes windows out of frames is no step at all.
class fast_plan {
 public:
  /// `order` as in `run_options`; `profiles`: `run_context::sums` will be asked for. `flow` must outlive the plan.
  fast_plan(const dataflow& flow, std::span<const std::int64_t> order, bool profiles = false);

  /// Bytes that the values of a frame take, at the most that live at the same time.
  std::int64_t frame_bytes() const;

  /// Computes a block of frames from its inputs: each of the outputs. `counts` has the counters of each unit's
  /// channels.
  std::vector<value_block> run(value_block inputs, const run_context& context,
                               std::vector<std::vector<channel_counts>>& counts) const;

  /// Zeroed counters of that shape.
  std::vector<std::vector<channel_counts>> no_counts() const;

 private:
  struct value {
    integer_type type;
    std::int64_t elements = 0;  ///< of a frame
    int last_reader = -1;       ///< a step
  };
  struct step {
    std::size_t unit = 0;
    std::vector<int> inputs, outputs;  ///< values
    std::unique_ptr<dot_unit> dots;    ///< one of the two
    std::unique_ptr<plain_unit> plain;
  };
  class builder;

  const dataflow& m_flow;
  std::vector<value> m_values;
  std::vector<step> m_steps;
  int m_input = 0;             ///< a value
  std::vector<int> m_outputs;  ///< values
};

/// Adds the counters of channels to others, one by one.
void add_counts(std::span<channel_counts> to, std::span<const channel_counts> from);

}  // namespace spillway::detail
