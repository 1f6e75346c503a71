// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/interval_chain.h"

#include <utility>

namespace spillway {

interval_chain::interval_chain(const value_chain& chain, std::int64_t channel) {
  for (const chain_step& from : chain.steps()) {
    if (const auto* linear = std::get_if<affine_step>(&from)) {
      const interval scale = of_channel(linear->scale, channel).around();
      if (scale.holds_zero()) {
        m_decides = false;
        return;
      }
      const affine to{interval{1, 1} / scale, of_channel(linear->offset, channel).around(), scale.high < 0};
      m_decides = m_decides && to.inverse_scale.is_finite() && to.offset.is_finite();
      m_steps.emplace_back(to);
      continue;
    }
    const auto& ends = std::get<clamp_step>(from);
    clamp to;
    if (ends.low) to.low = ends.low->around();
    if (ends.high) to.high = ends.high->around();
    m_steps.emplace_back(std::move(to));
  }
}

std::optional<integer_condition> interval_chain::reaching(const bracket& boundary) const {
  if (!m_decides) return std::nullopt;
  interval at = boundary.around();
  if (!at.is_finite()) return std::nullopt;
  bool upwards = true;
  for (auto reversed = m_steps.rbegin(); reversed != m_steps.rend(); ++reversed) {
    if (const auto* linear = std::get_if<affine>(&*reversed)) {
      at = (at - linear->offset) * linear->inverse_scale;
      if (!at.is_finite()) return std::nullopt;
      if (linear->is_negative) upwards = !upwards;
      continue;
    }
    const auto& ends = std::get<clamp>(*reversed);
    const std::optional<interval>&near = upwards ? ends.low : ends.high, &far = upwards ? ends.high : ends.low;
    const int direction = upwards ? 1 : -1;
    if (near) {
      const int side = order(at, *near) * direction;
      if (side == 0) return std::nullopt;
      if (side < 0) return integer_condition{integer_condition::kind::always, 0};
    }
    if (far) {
      const int side = order(at, *far) * direction;
      if (side == 0) return std::nullopt;
      if (side > 0) return integer_condition{integer_condition::kind::never, 0};
    }
  }
  const std::optional<double> next = next_integer(at);
  if (!next) return std::nullopt;
  return integer_condition{integer_condition::kind::from,
                           big_int(static_cast<std::int64_t>(upwards ? *next : *next - 1))};
}

}  // namespace spillway
