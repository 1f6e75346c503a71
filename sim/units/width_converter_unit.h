// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/width_converter.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// The width converter: beats of `from` lanes to beats of `to`, any ratio (FINN's StreamingDataWidthConverter, without
/// its detour through the least common multiple).
///
/// Holds from + to - gcd(from, to) elements. In a cycle it sends a beat if it held one when the cycle began, then takes
/// one if that fits. The narrower side moves a beat a cycle: elements / min(from, to) cycles a frame. A beat leaves in
/// the cycle after the one that took its last element. Contract: docs/units/width_converter.md.
class width_converter_unit final : public streaming_unit {
 public:
  width_converter_unit(sc_core::sc_module_name name, const width_converter& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::width_converter_unit"; }

 private:
  void send();
  void take(std::uint64_t cycle);

  std::int64_t m_from, m_to;             ///< words of a beat
  std::vector<std::int64_t> m_words;     ///< a ring
  std::int64_t m_first = 0, m_held = 0;  ///< words
};

}  // namespace spillway
