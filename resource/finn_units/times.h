// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

// The times of finn-rtllib's units beside ours, measured with Verilator on each unit alone (docs/finn-hardware.md).

/// Cycles between the frames of finn-rtllib's unit that never waits for its neighbours. Those of ours but for sliding
/// windows: a serial one fills its buffer anew for each frame, while its last window is sent; a parallel one takes a
/// cycle more.
std::int64_t finn_rtl_cycles(const dataflow_unit& unit);

/// By how many cycles finn-rtllib's unit gives its first frame later than ours; negative: earlier.
std::int64_t finn_rtl_delay(const dataflow_unit& unit);

/// Whether the two above were measured for such a unit; else they are taken to be ours.
bool has_finn_rtl_times(const dataflow_unit& unit);

/// A dataflow of finn-rtllib's units.
struct finn_rtl_times {
  std::int64_t delay = 0;            ///< of the first frame against ours, along the path on which it is greatest
  std::vector<std::string> as_ours;  ///< units whose times nobody measured
};
finn_rtl_times finn_rtl_times_of(const dataflow& flow);

}  // namespace spillway
