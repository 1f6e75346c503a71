// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/concat_streams.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// Joins the channels of its inputs, vector by vector (FINN's StreamingConcat): all beats of a vector's first input,
/// then of its second, and so on; each is passed on in the cycle in which it is taken. Throughput: a beat a cycle,
/// vectors * C/PE cycles a frame with C all channels. Contract: docs/units/concat_streams.md.
class concat_streams_unit final : public streaming_unit {
 public:
  concat_streams_unit(sc_core::sc_module_name name, const concat_streams& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::concat_streams_unit"; }

 private:
  std::vector<std::int64_t> m_beats;  ///< of a vector, one an input
  std::size_t m_port = 0;             ///< whose turn it is
  std::int64_t m_beat = 0;            ///< of its vector
};

}  // namespace spillway
