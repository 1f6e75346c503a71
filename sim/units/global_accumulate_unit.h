// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/global_accumulate.h"
#include "spillway/sim/units/result_pipeline.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// Sums all positions of a frame, channel by channel (FINN's GlobalAccPool, which sends the sums after the frame; here
/// they leave while its last position arrives).
///
/// A beat a cycle, positions * C/PE cycles a frame; a sum is sent in the cycle after its last addend was taken.
/// Contract: docs/units/global_accumulate.md.
class global_accumulate_unit final : public streaming_unit {
 public:
  global_accumulate_unit(sc_core::sc_module_name name, const global_accumulate& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::global_accumulate_unit"; }

 private:
  void add_beat(std::int64_t* sums);

  integer_type m_input_type, m_output_type;
  int m_pe, m_words;  ///< m_words: of a sum
  std::int64_t m_folds, m_positions;
  std::vector<std::int64_t> m_sums;   ///< [C] of m_words
  std::vector<std::int64_t> m_value;  ///< m_words
  result_pipeline m_results;
  std::int64_t m_position = 0, m_fold = 0;  ///< of the next beat
};

}  // namespace spillway
