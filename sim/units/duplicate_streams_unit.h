// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/duplicate_streams.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// Copies each beat to all of its outputs (FINN's DuplicateStreams). A beat moves in a cycle in which every output has
/// room; it is passed on in the cycle in which it is taken. Throughput: vectors * C/PE cycles a frame. Contract:
/// docs/units/duplicate_streams.md.
class duplicate_streams_unit final : public streaming_unit {
 public:
  duplicate_streams_unit(sc_core::sc_module_name name, const duplicate_streams& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::duplicate_streams_unit"; }
};

}  // namespace spillway
