// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/bent_chain.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spillway {

namespace {

/// A value of the mathematics library, and what it may be off by.
double below(double value) { return value - (std::abs(value) * 0x1p-40 + 0x1p-1000); }
double above(double value) { return value + (std::abs(value) * 0x1p-40 + 0x1p-1000); }

/// A function that rises.
template <class Function>
interval rising(const interval& x, Function&& function, double least, double greatest) {
  return {std::max(below(function(x.low)), least), std::min(above(function(x.high)), greatest)};
}

/// As `rising`, of a function whose results are doubles.
template <class Function>
interval stepping(const interval& x, Function&& function) {
  return {function(x.low), function(x.high)};
}

double sigmoid_of(double x) {
  const double e = std::exp(-std::abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

double softplus_of(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double sign_of(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

interval hull(const interval& a, const interval& b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }

/// x where it is 0 or more; what `below` makes of the rest where it is less.
template <class Function>
interval from_zero(const interval& x, Function&& below_zero) {
  if (x.low >= 0) return x;
  const interval down = below_zero(interval{x.low, std::min(x.high, 0.0)});
  return x.high < 0 ? down : hull(down, {0, x.high});
}

interval absolute(const interval& x) {
  if (x.low >= 0) return x;
  return x.high <= 0 ? -x : interval{0, std::max(-x.low, x.high)};
}

interval bent(bend_step::kind what, const interval& alpha, const interval& x) {
  using kind = bend_step::kind;
  switch (what) {
    case kind::absolute:
      return absolute(x);
    case kind::floor:
      return stepping(x, [](double v) { return std::floor(v); });
    case kind::ceil:
      return stepping(x, [](double v) { return std::ceil(v); });
    case kind::nearest:
      return stepping(x, [](double v) { return std::nearbyint(v); });
    case kind::sign:
      return stepping(x, sign_of);
    case kind::sigmoid:
      return rising(x, sigmoid_of, 0, 1);
    case kind::tangent:
      return rising(
          x, [](double v) { return std::tanh(v); }, -1, 1);
    case kind::error:
      return rising(
          x, [](double v) { return std::erf(v); }, -1, 1);
    case kind::softplus:
      return rising(x, softplus_of, 0, infinity);
    case kind::softsign:
      return rising(
          x, [](double v) { return v / (1 + std::abs(v)); }, -1, 1);
    case kind::exponential:
      return from_zero(x, [&](const interval& down) {
        return alpha * rising(
                           down, [](double v) { return std::expm1(v); }, -1, 0);
      });
    case kind::leaky:
      return from_zero(x, [&](const interval& down) { return alpha * down; });
    case kind::above:
      if (x.low > alpha.high) return x;
      return x.high <= alpha.low ? interval{0, 0} : hull(x, {0, 0});
  }
  return {-infinity, infinity};
}

interval joined(join_step::kind what, const interval& a, const interval& b) {
  using kind = join_step::kind;
  switch (what) {
    case kind::sum:
      return a + b;
    case kind::product:
      return a * b;
    case kind::greater:
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    case kind::lesser:
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
  }
  return {-infinity, infinity};
}

/// What infinite ends make of nothing.
interval told(const interval& x) { return std::isnan(x.low) || std::isnan(x.high) ? interval{-infinity, infinity} : x; }

}  // namespace

bent_chain::bent_chain(const value_chain& chain, std::int64_t channel) {
  for (const chain_step& from : chain.steps()) {
    if (const auto* linear = std::get_if<affine_step>(&from)) {
      m_steps.emplace_back(
          affine{of_channel(linear->scale, channel).around(), of_channel(linear->offset, channel).around()});
    } else if (const auto* ends = std::get_if<clamp_step>(&from)) {
      clamp to;
      if (ends->low) to.low = ends->low->around();
      if (ends->high) to.high = ends->high->around();
      m_steps.emplace_back(std::move(to));
    } else if (const auto* function = std::get_if<bend_step>(&from)) {
      m_steps.emplace_back(bend{function->what, of_channel(function->alpha, channel).around()});
    } else {
      const auto& join_of = std::get<join_step>(from);
      m_steps.emplace_back(join{join_of.what, std::make_shared<const bent_chain>(*join_of.other, channel)});
    }
  }
}

interval bent_chain::at(const interval& integers) const {
  interval x = integers;
  for (const auto& step : m_steps) {
    if (const auto* linear = std::get_if<affine>(&step)) {
      x = x * linear->scale + linear->offset;
    } else if (const auto* ends = std::get_if<clamp>(&step)) {
      if (ends->low) x = joined(join_step::kind::greater, x, *ends->low);
      if (ends->high) x = joined(join_step::kind::lesser, x, *ends->high);
    } else if (const auto* function = std::get_if<bend>(&step)) {
      x = bent(function->what, function->alpha, x);
    } else {
      const auto& join_of = std::get<join>(step);
      x = joined(join_of.what, x, join_of.other->at(integers));
    }
    x = told(x);
  }
  return x;
}

namespace {

real_range range_of(const bracket& value) { return {value.low(), value.high(), false, false}; }

/// The parts of a range below 0, up to 0, and from 0 on.
real_range part_below(const real_range& x) { return lesser_of(x, real_range::point(0)); }
real_range part_above(const real_range& x) { return greater_of(x, real_range::point(0)); }

real_range bent(bend_step::kind what, const real_range& alpha, const real_range& x, int bits) {
  using kind = bend_step::kind;
  switch (what) {
    case kind::absolute:
      return absolute(x);
    case kind::floor:
      return floor_of(x);
    case kind::ceil:
      return ceil_of(x);
    case kind::nearest:
      return nearest_integer(x);
    case kind::sign:
      return sign_of(x);
    case kind::sigmoid:
      return sigmoid(x, bits);
    case kind::tangent:
      return hyperbolic_tangent(x, bits);
    case kind::error:
      return error_function(x, bits);
    case kind::softplus:
      return softplus(x, bits);
    case kind::softsign:
      return softsign(x);
    case kind::exponential:  // one of the two parts is 0, so that the sum is the other
      return x.low >= 0 ? x : alpha * exponential_below(x, bits) + part_above(x);
    case kind::leaky:
      return x.low >= 0 ? x : alpha * part_below(x) + part_above(x);
    case kind::above: {
      if (x.low > alpha.high || (x.low == alpha.high && x.low_open)) return x;
      if (x.high <= alpha.low) return real_range::point(0);
      return {std::min(x.low, rational(0)), std::max(x.high, rational(0)), false, false};
    }
  }
  return x;
}

real_range joined(join_step::kind what, const real_range& a, const real_range& b) {
  using kind = join_step::kind;
  switch (what) {
    case kind::sum:
      return a + b;
    case kind::product:
      return a * b;
    case kind::greater:
      return greater_of(a, b);
    case kind::lesser:
      return lesser_of(a, b);
  }
  return a;
}

}  // namespace

real_range range_of(const value_chain& chain, std::int64_t channel, const real_range& integers, int bits) {
  real_range x = integers;
  for (const chain_step& step : chain.steps()) {
    if (const auto* linear = std::get_if<affine_step>(&step)) {
      x = x * range_of(of_channel(linear->scale, channel)) + range_of(of_channel(linear->offset, channel));
    } else if (const auto* ends = std::get_if<clamp_step>(&step)) {
      if (ends->low) x = greater_of(x, range_of(*ends->low));
      if (ends->high) x = lesser_of(x, range_of(*ends->high));
    } else if (const auto* bend = std::get_if<bend_step>(&step)) {
      x = bent(bend->what, range_of(of_channel(bend->alpha, channel)), x, bits);
    } else {
      const auto& join = std::get<join_step>(step);
      x = joined(join.what, x, range_of(*join.other, channel, integers, bits));
    }
    x = rounded_outwards(x, bits);
  }
  return x;
}

}  // namespace spillway
