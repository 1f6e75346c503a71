// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/complement.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// -1 - x, without a register: a beat leaves in the cycle in which it is taken.
class complement_unit final : public streaming_unit {
 public:
  complement_unit(sc_core::sc_module_name name, const complement& description)
      : streaming_unit(name, validated(description, name).ports()) {}
  outcome tick(std::uint64_t cycle) override;
  const char* kind() const override { return "spillway::complement_unit"; }
};

}  // namespace spillway
