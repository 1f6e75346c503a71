// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/upsample.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// Nearest-neighbour upsampling by whole factors (FINN's UpsampleNearestNeighbour). Holds one row of its input.
///
/// A beat a cycle: the first copy of a pixel is passed on in the cycle in which it is taken, the others come from the
/// row. Throughput: H * fh * W * fw * C/PE cycles a frame, the beats of its output. Contract: docs/units/upsample.md.
class upsample_unit final : public streaming_unit {
 public:
  upsample_unit(sc_core::sc_module_name name, const upsample& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::upsample_unit"; }

 private:
  void advance();

  std::int64_t m_factor_h, m_factor_w, m_width, m_folds;
  std::vector<std::int64_t> m_row;                               ///< [W, C / PE] beats
  std::int64_t m_copy_y = 0, m_x = 0, m_copy_x = 0, m_fold = 0;  ///< of the next output beat, outermost first
};

}  // namespace spillway
