// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/pool.h"
#include "spillway/sim/units/result_pipeline.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// Reduces the windows of a depthwise sliding window: the greatest element, or the sum shifted to the right (FINN's
/// Pool).
///
/// A beat a cycle, vectors * C/PE * window cycles a frame; a result is sent in the cycle after its window's last beat
/// was taken. Contract: docs/units/pool.md.
class pool_unit final : public streaming_unit {
 public:
  pool_unit(sc_core::sc_module_name name, const pool& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::pool_unit"; }

 private:
  void take_in(std::int64_t* reduced, const std::int64_t* value);
  void emit();

  integer_type m_input_type, m_output_type;
  pool_kind m_kind;
  int m_shift, m_pe, m_words;  ///< m_words: of a sum
  std::int64_t m_window;
  std::vector<std::int64_t> m_reduced;  ///< [PE] of m_words: the window so far
  std::vector<std::int64_t> m_value;    ///< m_words
  result_pipeline m_results;
  std::int64_t m_element = 0;  ///< of the next beat, in its window
};

}  // namespace spillway
