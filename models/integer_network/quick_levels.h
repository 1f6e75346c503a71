// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spillway/models/integer_network/integer_network.h"

namespace spillway {

/// The integers that real inputs become, where doubles decide them: each operation carries a bound of its rounding
/// errors, and both ends of what the result may be round to one level. `input_levels` asks it first.
class quick_levels {
 public:
  explicit quick_levels(const input_quantizer& quantizer);

  /// The level of a finite `x`, or nothing if it is too close to a boundary.
  std::optional<std::int64_t> operator()(float x, std::int64_t channel) const;

 private:
  struct step {
    input_step::kind what = input_step::kind::add;  ///< add, multiply or clamp
    std::vector<double> values;                     ///< one, or one a channel
    double low = 0, high = 0;
  };

  integer_type m_type;
  rounding_mode m_rounding;
  double m_scale, m_zero_point, m_low, m_high;
  bool m_enabled;
  std::vector<step> m_steps;
};

}  // namespace spillway
