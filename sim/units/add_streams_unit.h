// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/add_streams.h"
#include "spillway/sim/units/result_pipeline.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// Adds two streams or multiples of them, element by element, at full width (FINN's AddStreams). It takes a beat of each in the same cycle.
/// Throughput: a beat a cycle, vectors * C/PE cycles a frame; latency 1. Contract: docs/units/add_streams.md.
class add_streams_unit final : public streaming_unit {
 public:
  add_streams_unit(sc_core::sc_module_name name, const add_streams& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::add_streams_unit"; }

 private:
  integer_type m_a_type, m_b_type, m_output_type;
  int m_pe, m_words;                   ///< m_words: of a sum
  std::int64_t m_a_factor, m_b_factor;
  std::vector<std::int64_t> m_a, m_b;  ///< m_words
  result_pipeline m_results;
};

}  // namespace spillway
