// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/quick_levels.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "spillway/models/network/round_to_level.h"

namespace spillway {

namespace {

/// A bound of a rounding error, in parts of the result; twice what IEEE doubles have, for the rounding of the bounds.
constexpr double unit_error = std::numeric_limits<double>::epsilon();
/// What a factor 1 / sqrt(a + b), computed in doubles, may be off: four operations, in parts of itself.
constexpr double factor_error = 4 * unit_error;
/// Greatest positions that are looked at: beyond, doubles have no halves to round.
constexpr double most = 1e15;

}  // namespace

quick_levels::quick_levels(const input_quantizer& quantizer)
    : m_type(quantizer.type),
      m_rounding(quantizer.rounding),
      m_scale(quantizer.scale),
      m_zero_point(static_cast<double>(quantizer.zero_point)),
      m_low(static_cast<double>(quantizer.low)),
      m_high(static_cast<double>(quantizer.high)),
      m_enabled(quantizer.boundaries.empty() && std::abs(m_zero_point) < most && std::abs(m_low) < most &&
                std::abs(m_high) < most) {
  for (const input_step& from : quantizer.steps) {
    step to{from.what, {}, static_cast<double>(from.low), static_cast<double>(from.high)};
    for (const float value : from.values) {
      const double exact = static_cast<double>(value);
      if (from.what == input_step::kind::divide)
        to.values.push_back(1 / exact);
      else if (from.what == input_step::kind::divide_by_root)
        to.values.push_back(1 / std::sqrt(exact + static_cast<double>(from.epsilon)));
      else
        to.values.push_back(exact);
    }
    if (to.what == input_step::kind::divide || to.what == input_step::kind::divide_by_root)
      to.what = input_step::kind::multiply;
    m_steps.push_back(std::move(to));
  }
}

std::optional<std::int64_t> quick_levels::operator()(float x, std::int64_t channel) const {
  if (!m_enabled) return {};
  double value = static_cast<double>(x), error = 0;
  for (const step& of : m_steps) {
    if (of.what == input_step::kind::clamp) {
      value = std::min(std::max(value, of.low), of.high);
      continue;
    }
    const double operand = of.values.size() == 1 ? of.values[0] : of.values[static_cast<std::size_t>(channel)];
    if (of.what == input_step::kind::add) {
      value += operand;
    } else {
      value *= operand;
      error = error * std::abs(operand) * (1 + factor_error) + factor_error * std::abs(value);
    }
    error += unit_error * std::abs(value) + std::numeric_limits<double>::min();
  }
  if (m_type.is_bipolar) {
    if (!(std::abs(value) > 2 * error)) return {};
    return value > 0 ? 1 : -1;
  }
  const double quotient = value / m_scale, position = quotient + m_zero_point;
  error = 2 * (error / m_scale + unit_error * (std::abs(quotient) + std::abs(position)));
  if (!(std::abs(position) + error < most)) return {};
  const double low = std::clamp(round_to_level(position - error, m_rounding), m_low, m_high);
  const double high = std::clamp(round_to_level(position + error, m_rounding), m_low, m_high);
  if (low != high) return {};
  return static_cast<std::int64_t>(low);
}

}  // namespace spillway
