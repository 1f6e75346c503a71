// SPDX-License-Identifier: Apache-2.0
#include "models/interval_chain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace spillway {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Doubles below are integers' own neighbours: beyond, all of them are integers.
constexpr double most = 4503599627370496.0;  // 2^52

interval outwards(double low, double high) { return {std::nextafter(low, -infinity), std::nextafter(high, infinity)}; }

interval difference(const interval& a, const interval& b) { return outwards(a.low - b.high, a.high - b.low); }

interval product(const interval& a, const interval& b) {
  const auto [least, greatest] = std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  return outwards(least, greatest);
}

bool is_finite(const interval& value) { return std::isfinite(value.low) && std::isfinite(value.high); }

/// -1 or 1 as a < b or a > b; 0 where they overlap.
int order(const interval& a, const interval& b) { return a.high < b.low ? -1 : b.high < a.low ? 1 : 0; }

}  // namespace

interval interval::around(const bracket& value) {
  const double low = nearest_double(value.low());
  return outwards(low, value.is_exact() ? low : nearest_double(value.high()));
}

interval_chain::interval_chain(const value_chain& chain, std::int64_t channel) {
  for (const chain_step& from : chain.steps()) {
    if (const auto* linear = std::get_if<affine_step>(&from)) {
      const interval scale = interval::around(of_channel(linear->scale, channel));
      if (scale.low <= 0 && scale.high >= 0) {
        m_decides = false;
        return;
      }
      const affine to{outwards(1 / scale.high, 1 / scale.low), interval::around(of_channel(linear->offset, channel)),
                      scale.high < 0};
      m_decides = m_decides && is_finite(to.inverse_scale) && is_finite(to.offset);
      m_steps.emplace_back(to);
      continue;
    }
    const auto& ends = std::get<clamp_step>(from);
    clamp to;
    if (ends.low) to.low = interval::around(bracket(*ends.low));
    if (ends.high) to.high = interval::around(bracket(*ends.high));
    m_steps.emplace_back(std::move(to));
  }
}

std::optional<integer_condition> interval_chain::reaching(const bracket& boundary) const {
  if (!m_decides) return std::nullopt;
  interval at = interval::around(boundary);
  if (!is_finite(at)) return std::nullopt;
  bool upwards = true;
  for (auto reversed = m_steps.rbegin(); reversed != m_steps.rend(); ++reversed) {
    if (const auto* linear = std::get_if<affine>(&*reversed)) {
      at = product(difference(at, linear->offset), linear->inverse_scale);
      if (!is_finite(at)) return std::nullopt;
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
  // Between two integers it does not matter whether the boundary itself counts.
  const double next = std::ceil(at.low);
  if (!(std::abs(at.low) < most && std::abs(at.high) < most) || next <= at.high) return std::nullopt;
  return integer_condition{integer_condition::kind::from,
                           big_int(static_cast<std::int64_t>(upwards ? next : next - 1))};
}

}  // namespace spillway
