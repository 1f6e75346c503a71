// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/thresholding.h"
#include "spillway/sim/units/result_pipeline.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// The thresholding unit: each element becomes the number of its channel's thresholds that it has reached (FINN's
/// Thresholding).
///
/// A beat a cycle, vectors * C/PE cycles a frame. Latency: 2 cycles with all comparators at once, ceil(log2(steps + 1))
/// as a binary search, a level a cycle. While a result finds no room the pipeline stands still. Contract:
/// docs/units/thresholding.md.
class thresholding_unit final : public streaming_unit {
 public:
  thresholding_unit(sc_core::sc_module_name name, const thresholding& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::thresholding_unit"; }

 private:
  std::int64_t level(std::int64_t row, const std::int64_t* value) const;

  integer_type m_input_type, m_output_type;
  int m_pe, m_words;  ///< m_words: of a value and of a threshold, as they are compared
  std::int64_t m_folds, m_steps, m_offset;
  bool m_is_shared;                        ///< one row for all channels
  std::vector<std::int64_t> m_thresholds;  ///< [rows, steps] of m_words
  std::vector<bool> m_descending;          ///< [rows]
  std::vector<std::int64_t> m_value;       ///< m_words
  result_pipeline m_results;
  std::int64_t m_fold = 0;  ///< of the next beat
};

}  // namespace spillway
