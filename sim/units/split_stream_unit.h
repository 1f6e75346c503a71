// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/split_stream.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// Deals the channels of its input out to its outputs, vector by vector (FINN's StreamingSplit); a beat is passed on in
/// the cycle in which it is taken. Throughput: a beat a cycle, vectors * C/PE cycles a frame with C all channels.
/// Contract: docs/units/split_stream.md.
class split_stream_unit final : public streaming_unit {
 public:
  split_stream_unit(sc_core::sc_module_name name, const split_stream& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::split_stream_unit"; }

 private:
  std::vector<std::int64_t> m_beats;  ///< of a vector, one an output
  std::size_t m_port = 0;             ///< whose turn it is
  std::int64_t m_beat = 0;            ///< of its vector
};

}  // namespace spillway
