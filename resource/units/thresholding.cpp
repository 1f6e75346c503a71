// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_thresholding.sv, in each of its styles.
#include "spillway/resource/estimate.h"
#include "spillway/resource/units/threshold_levels.h"

namespace spillway {

unit_estimate estimate(const thresholding& unit) {
  const detail::levels_shape shape(unit);
  return unit.style == threshold_style::parallel ? detail::estimate_parallel(shape, unit)
                                                 : detail::estimate_search(shape, unit);
}

}  // namespace spillway
