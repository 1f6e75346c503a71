// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/network/exact_quant.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "spillway/models/network/round_to_level.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

void check_bits(int bits, std::string_view node) {
  if (bits < 1 || bits > integer_type::max_bits)
    throw input_error(fmt::format("{}: its bit width is {}; right: 1 to {}", node, bits, integer_type::max_bits));
}

void check_zero_points(const float_tensor& zero_point, std::string_view node) {
  for (const float z : zero_point.values)
    if (!std::isfinite(z)) throw input_error(fmt::format("{}: its zero point is {}; right: finite", node, z));
}

void check_scales(const float_tensor& scale, std::string_view node) {
  for (const float s : scale.values)
    if (!std::isfinite(s) || s <= 0)
      throw input_error(fmt::format("{}: its scale is {}; right: finite and greater than 0", node, s));
}

/// Of either sign; many times as fast as `% 2`, which divides.
bool is_even(const big_int& value) { return value == 0 || lsb(value < 0 ? big_int(-value) : value) > 0; }

/// The level, unclamped, from doubles where their rounding can't matter; none where it might.
std::optional<std::int64_t> clear_level(float x, float scale, double zero_point, rounding_mode mode) {
  const double quotient = double{x} / double{scale}, value = quotient + zero_point;
  if (!(std::abs(value) < 0x1p40)) return std::nullopt;
  const bool nearest = mode == rounding_mode::round || mode == rounding_mode::half_up ||
                       mode == rounding_mode::half_down || mode == rounding_mode::half_odd;
  // Modes to nearest decide on halves, the others on integers. Two roundings are off by less than 2^-52 of each.
  const double down = std::floor(nearest ? value + 0.5 : value);
  const double distance = std::min(value - (nearest ? down - 0.5 : down), (nearest ? down + 0.5 : down + 1) - value);
  if (distance <= (std::abs(quotient) + std::abs(value) + 1) * 0x1p-48) return std::nullopt;
  const bool up = mode == rounding_mode::ceil || (mode == rounding_mode::up && value > 0) ||
                  (mode == rounding_mode::down && value < 0);
  return static_cast<std::int64_t>(up ? down + 1 : down);
}

big_int unclamped_level(float x, float scale, float zero_point, rounding_mode mode) {
  return round_exactly(exact(x) / exact(scale) + exact(zero_point), mode);
}

/// The level, unclamped, in float32; infinite where it is beyond that.
float float_level(float x, float scale, float zero_point, const quant_op& quant) {
  const float quotient = x / scale;
  return quant.rounds_first ? std::nearbyint(quotient) + zero_point
                            : round_to_level(quotient + zero_point, quant.rounding);
}

std::pair<std::int64_t, std::int64_t> narrow_ends(const quant_op& quant) {
  const integer_type type = level_type(quant);
  return {type.min64() + (quant.is_signed && quant.narrow ? 1 : 0),
          type.max64() - (!quant.is_signed && quant.narrow ? 1 : 0)};
}

}  // namespace

big_int least_level(const quant_op& quant) {
  if (!quant.is_signed) return 0;
  return -(big_int(1) << (quant.bits - 1)) + (quant.narrow ? 1 : 0);
}

big_int greatest_level(const quant_op& quant) {
  if (quant.is_signed) return (big_int(1) << (quant.bits - 1)) - 1;
  return (big_int(1) << quant.bits) - (quant.narrow ? 2 : 1);
}

integer_type level_type(const quant_op& quant) { return {quant.bits, quant.is_signed, false}; }

void validate(const quant_op& quant, std::string_view node) {
  check_bits(quant.bits, node);
  if (quant.bits == 1 && quant.is_signed)
    throw input_error(fmt::format("{}: one signed bit is bipolar; right: BipolarQuant", node));
  if (quant.bits == 1 && quant.narrow)
    throw input_error(fmt::format("{}: one unsigned bit in narrow range is always 0; right: narrow = 0", node));
  check_scales(quant.scale, node);
  check_zero_points(quant.zero_point, node);
}

void validate(const bipolar_quant_op& quant, std::string_view node) { check_scales(quant.scale, node); }

void validate(const trunc_op& trunc, std::string_view node) {
  check_bits(trunc.in_bits, node);
  check_bits(trunc.out_bits, node);
  if (trunc.out_bits > trunc.in_bits)
    throw input_error(fmt::format("{}: {} bits can't be truncated to {}; right: at most {}", node, trunc.in_bits,
                                  trunc.out_bits, trunc.in_bits));
  check_scales(trunc.scale, node);
  check_scales(trunc.out_scale, node);
  check_zero_points(trunc.zero_point, node);
}

big_int round_exactly(const rational& value, rounding_mode mode) {
  const big_int low = floor(value);
  const rational above = value - low;  // 0 to less than 1
  if (above == 0) return low;
  const rational half(1, 2);
  const bool positive = low >= 0;
  switch (mode) {
    case rounding_mode::floor:
      return low;
    case rounding_mode::ceil:
      return low + 1;
    case rounding_mode::up:
      return positive ? low + 1 : low;
    case rounding_mode::down:
      return positive ? low : low + 1;
    default:
      break;
  }
  if (above != half) return above > half ? low + 1 : low;
  if (mode == rounding_mode::round) return low % 2 == 0 ? low : low + 1;
  if (mode == rounding_mode::half_odd) return low % 2 == 0 ? low + 1 : low;
  return (mode == rounding_mode::half_up) == positive ? low + 1 : low;  // away from zero, or towards it
}

big_int level_of(float x, float scale, float zero_point, const quant_op& quant) {
  const float level = float_level(x, scale, zero_point, quant);
  if (!std::isfinite(level)) return level > 0 ? greatest_level(quant) : least_level(quant);
  return std::clamp(big_int(level), least_level(quant), greatest_level(quant));
}

big_int exact_level_of(float x, float scale, float zero_point, const quant_op& quant) {
  const std::optional<std::int64_t> clear = clear_level(x, scale, zero_point, quant.rounding);
  const big_int level = clear ? big_int(*clear) : unclamped_level(x, scale, zero_point, quant.rounding);
  return std::clamp(level, least_level(quant), greatest_level(quant));
}

std::int64_t narrow_level_of(float x, float scale, float zero_point, const quant_op& quant) {
  const float level = std::clamp(float_level(x, scale, zero_point, quant), -0x1p62F, 0x1p62F);
  const auto [low, high] = narrow_ends(quant);
  return std::clamp(static_cast<std::int64_t>(level), low, high);
}

std::int64_t narrow_exact_level_of(float x, float scale, float zero_point, const quant_op& quant) {
  const auto [low, high] = narrow_ends(quant);
  if (const auto clear = clear_level(x, scale, zero_point, quant.rounding)) return std::clamp(*clear, low, high);
  const big_int level = unclamped_level(x, scale, zero_point, quant.rounding);
  return static_cast<std::int64_t>(std::clamp(level, big_int(low), big_int(high)));
}

level_boundary boundary_of(const big_int& level, rounding_mode mode) {
  const big_int at = 2 * level;
  switch (mode) {
    case rounding_mode::floor:
      return {at, true};
    case rounding_mode::ceil:
      return {at - 2, false};
    case rounding_mode::up:
      return level > 0 ? level_boundary{at - 2, false} : level_boundary{at, true};
    case rounding_mode::down:
      return level > 0 ? level_boundary{at, true} : level_boundary{at - 2, false};
    case rounding_mode::round:
      return {at - 1, is_even(level)};  // a tie goes to the even neighbour
    case rounding_mode::half_odd:
      return {at - 1, !is_even(level)};
    case rounding_mode::half_up:
      return {at - 1, level > 0};  // away from zero: -1/2 goes to -1
    case rounding_mode::half_down:
      return {at - 1, level <= 0};
  }
  return {at, true};
}

}  // namespace spillway
