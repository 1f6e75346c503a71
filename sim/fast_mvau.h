// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/sim/schedule.h"
#include "spillway/traces/recorder.h"

namespace spillway {

/// The values, counts and events of one MVAU over blocks of vectors, without a clock.
///
/// Proven channels (their certificate holds at P) need no look at the register. For the others, the sums of the
/// positive and of the negative products of *this* input bound every partial sum in any order; only a vector with a
/// dot product that leaves P bits by that bound is replayed, addition by addition, all channels side by side.
class fast_mvau {
 public:
  /// `order`: the product added at step k is that of column `order[k]`; empty for hardware order. `unit` must outlive
  /// this object.
  fast_mvau(const mvau& unit, std::uint32_t index, std::span<const std::int64_t> order);

  /// What one block of vectors came to; blocks are merged in order.
  struct block_result {
    std::vector<channel_counts> counts;
    std::vector<overflow_event> events;
  };

  /// Runs vectors [first, last) of `inputs` ([vectors, MW]) into `outputs` ([vectors, MH]). Keeps at most `max_events`
  /// events, each stamped from `times`. Threads may run different blocks at once.
  block_result run(const integer_tensor& inputs, std::int64_t first, std::int64_t last, integer_tensor& outputs,
                   const issue_times& times, std::uint64_t max_events) const;

 private:
  struct workspace;

  void run_narrow(const integer_tensor& inputs, std::int64_t first, std::int64_t last, integer_tensor& outputs,
                  const issue_times& times, std::uint64_t max_events, block_result& result) const;
  template <class Integer>
  void run_wide(const integer_tensor& inputs, std::int64_t first, std::int64_t last, integer_tensor& outputs,
                const issue_times& times, std::uint64_t max_events, block_result& result) const;
  void gather(const std::int64_t* input, workspace& space) const;
  bool needs_replay(const workspace& space) const;
  void fill_registers(bool replay, workspace& space) const;
  bool finish(const workspace& space, std::int64_t* output, std::span<channel_counts> counts) const;

  const mvau& m_unit;
  std::uint32_t m_index;
  std::vector<std::int64_t> m_order;       ///< column of each step
  std::vector<unsigned char> m_proven;     ///< by channel
  int m_exact_bits = 0;                    ///< signed bits of every exact sum of products
  std::int64_t m_padded_rows = 0;          ///< MH, rounded up to whole vectors
  std::vector<std::int64_t> m_thresholds;  ///< [MH, steps]; only for narrow sums
  std::vector<std::int32_t> m_columns;     ///< weights by column, [MW, m_padded_rows]; only for narrow sums
};

}  // namespace spillway
