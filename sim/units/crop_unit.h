// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/crop.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// The crop: lets a part of each frame pass, and takes the rest away (FINN's Crop).
///
/// A beat a cycle; one that stays is passed on in the cycle in which it is taken, one that goes needs no room behind.
/// Throughput: H * W * C/SIMD cycles a frame, the beats of its input. Contract: docs/units/crop.md.
class crop_unit final : public streaming_unit {
 public:
  crop_unit(sc_core::sc_module_name name, const crop& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::crop_unit"; }

 private:
  /// Places along one dimension, and which of them stay.
  struct axis {
    std::int64_t count, first, kept, at = 0;
    bool stays() const { return at >= first && at < first + kept; }
    /// True if that was the last place.
    bool step() {
      if (++at < count) return false;
      at = 0;
      return true;
    }
  };

  axis m_rows, m_columns, m_folds;
};

}  // namespace spillway
