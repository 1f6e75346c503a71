// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/accumulator_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

/// 2^(P-1) - 1, as far as 62 bits hold it: beyond, no channel of 32-bit weights and inputs comes near.
std::int64_t limit_of(int bits) { return (std::int64_t{1} << (std::min(bits, 62) - 1)) - 1; }

void require_narrow(integer_type input) {
  if (input.bits > 32) throw config_error(fmt::format("inputs of {}; right: 32 bits or less", to_string(input)));
}

}  // namespace

accumulator_budget::accumulator_budget(const tiled_format& format, integer_type input, std::int64_t columns)
    : m_tile(format.tile), m_inner_limit(limit_of(format.inner_bits)), m_outer_limit(limit_of(format.outer_bits)) {
  validate(format);
  require_narrow(input);
  if (columns < 1) throw config_error(fmt::format("dot product: K = {} is below 1; nearest: 1", columns));
  m_least = -input.min64();
  m_greatest = input.max64();
  m_tiles.resize(tile_of(columns - 1) + 1);
}

/// How much more of one sign a register admits.
std::int64_t accumulator_budget::room(const sums& now, std::int64_t limit, bool positive) const {
  const std::int64_t same = positive ? now.positive : now.negative, other = positive ? now.negative : now.positive;
  std::int64_t result = std::numeric_limits<std::int64_t>::max();
  if (m_greatest > 0) result = std::min(result, (limit - m_greatest * same - m_least * other) / m_greatest);
  if (m_least > 0) result = std::min(result, (limit - m_least * same - m_greatest * other) / m_least);
  return std::max<std::int64_t>(result, 0);
}

std::pair<std::int64_t, std::int64_t> accumulator_budget::admits(std::int64_t k, std::int64_t now) const {
  sums tile = m_tiles[tile_of(k)], whole = m_whole;
  for (sums* of : {&tile, &whole}) (now > 0 ? of->positive : of->negative) -= now > 0 ? now : -now;
  const auto both = [&](bool positive) {
    return std::min(room(tile, m_inner_limit, positive), room(whole, m_outer_limit, positive));
  };
  return {-both(false), both(true)};
}

void accumulator_budget::change(std::int64_t k, std::int64_t now, std::int64_t next) {
  for (sums* of : {&m_tiles[tile_of(k)], &m_whole}) {
    (now > 0 ? of->positive : of->negative) -= now > 0 ? now : -now;
    (next > 0 ? of->positive : of->negative) += next > 0 ? next : -next;
  }
}

std::int64_t accumulator_budget::one_sided_limit(int bits, integer_type input) {
  require_narrow(input);
  return limit_of(bits) / std::max(-input.min64(), input.max64());
}

}  // namespace spillway
