// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/padding.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// The padding unit: puts a value around each frame and, where a stride is more than 1, between its pixels (FINN's
/// FMPadding and FMPadding_Pixel).
///
/// A beat a cycle; one that comes from the input is passed on in the cycle in which it is taken. Throughput: OH * OW *
/// C/SIMD cycles a frame, the beats of its output. Contract: docs/units/padding.md.
class padding_unit final : public streaming_unit {
 public:
  padding_unit(sc_core::sc_module_name name, const padding& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::padding_unit"; }

 private:
  /// Where along one dimension the input's rows (columns) stand in the output.
  struct span_of_input {
    std::int64_t before, stride, count;
    bool holds(std::int64_t at) const {
      return at >= before && (at - before) % stride == 0 && (at - before) / stride < count;
    }
  };

  void advance();

  span_of_input m_rows, m_columns;
  std::int64_t m_output_height, m_output_width, m_folds;
  std::vector<std::int64_t> m_beat;           ///< of padding
  std::int64_t m_y = 0, m_x = 0, m_fold = 0;  ///< of the next output beat
  bool m_takes_input;                         ///< the next output beat comes from the input
};

}  // namespace spillway
