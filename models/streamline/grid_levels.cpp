// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "spillway/models/streamline/settle.h"
#include "spillway/models/streamline/streamliner.h"

// Functions of few integers whose values are multiples of one number: they are levels, as a Relu of levels is.

namespace spillway {

namespace {

constexpr std::int64_t most_levels = 1023;

std::optional<rational> exact_of(const bracket& number) {
  return number.is_exact() ? std::optional(number.low()) : std::nullopt;
}

std::optional<rational> bent(bend_step::kind what, const rational& alpha, const rational& x) {
  switch (what) {
    case bend_step::kind::absolute:
      return abs(x);
    case bend_step::kind::leaky:
      return x < 0 ? rational(alpha * x) : x;
    case bend_step::kind::above:
      return x > alpha ? x : rational(0);
    default:
      return std::nullopt;
  }
}

/// What a chain makes of an integer, where that is a fraction.
std::optional<rational> value_at(const value_chain& chain, std::int64_t channel, const rational& integer) {
  rational x = integer;
  for (const chain_step& any : chain.steps()) {
    if (const auto* affine = std::get_if<affine_step>(&any)) {
      const auto scale = exact_of(of_channel(affine->scale, channel)),
                 offset = exact_of(of_channel(affine->offset, channel));
      if (!scale || !offset) return std::nullopt;
      x = *scale * x + *offset;
    } else if (const auto* clamp = std::get_if<clamp_step>(&any)) {
      if ((clamp->low && !clamp->low->is_exact()) || (clamp->high && !clamp->high->is_exact())) return std::nullopt;
      if (clamp->low) x = std::max(x, clamp->low->low());
      if (clamp->high) x = std::min(x, clamp->high->low());
    } else if (const auto* bend = std::get_if<bend_step>(&any)) {
      const auto alpha = exact_of(of_channel(bend->alpha, channel));
      const auto made = alpha ? bent(bend->what, *alpha, x) : std::nullopt;
      if (!made) return std::nullopt;
      x = *made;
    } else {
      const auto& join = std::get<join_step>(any);
      const auto other = value_at(*join.other, channel, integer);
      if (!other) return std::nullopt;
      if (join.what == join_step::kind::sum) x += *other;
      if (join.what == join_step::kind::product) x *= *other;
      if (join.what == join_step::kind::greater) x = std::max(x, *other);
      if (join.what == join_step::kind::lesser) x = std::min(x, *other);
    }
  }
  return x;
}

rational common_unit(const rational& a, const rational& b) {
  if (a == 0) return abs(b);
  return rational(gcd(big_int(numerator(a) * denominator(b)), big_int(numerator(b) * denominator(a))),
                  denominator(a) * denominator(b));
}

/// The values of one channel: the least, and the greatest number of which all are multiples above it.
struct channel_grid {
  rational least, unit = 0;
  std::int64_t levels = 0;  ///< above the least
};

std::optional<channel_grid> channel_grid_of(const value_chain& chain, std::int64_t channel, const value_range& range) {
  std::vector<rational> values;
  for (big_int n = range.low; n <= range.high; ++n) {
    const auto value = value_at(chain, channel, rational(n));
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  channel_grid grid{*std::min_element(values.begin(), values.end())};
  for (const rational& value : values) {
    grid.unit = common_unit(grid.unit, value - grid.least);
    if (grid.unit == 0) continue;
    const rational levels = (value - grid.least) / grid.unit;
    if (levels > most_levels) return std::nullopt;
  }
  if (grid.unit == 0) grid.unit = 1;
  const rational levels = (*std::max_element(values.begin(), values.end()) - grid.least) / grid.unit;
  if (levels > most_levels) return std::nullopt;
  grid.levels = static_cast<std::int64_t>(numerator(levels));
  return grid;
}

}  // namespace

void streamliner::settle_grid(tensor_flow& from) {
  const value_range integers = range(from);
  if (integers.high - integers.low > 4 * most_levels) return;
  const std::int64_t rows = from.chain.is_uniform() ? 1 : channels(from);
  std::vector<channel_grid> grids;
  level_rule rule{0, 0, {}, {{}, {}}, rows, {}};
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::optional<channel_grid> grid = channel_grid_of(from.chain, row, integers);
    if (!grid) return;
    grids.push_back(*grid);
    rule.meaning.scale.emplace_back(grid->unit);
    rule.meaning.offset.emplace_back(grid->least);
    rule.high = std::max(rule.high, big_int(grid->levels));
  }
  if (rule.high == 0) return;
  rule.type = smallest_type({rule.low, rule.high});
  rule.boundary = [grids](std::int64_t channel, const big_int& level) {
    const channel_grid& grid = grids[grids.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
    return real_boundary{bracket(rational(grid.least + grid.unit * rational(level))), true};
  };
  from.value = bent_levels(from, rule, rows, m_node->name + "_levels");
  from.chain = value_chain(rule.meaning);
}

}  // namespace spillway
