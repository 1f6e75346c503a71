// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/bent_levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "spillway/models/streamline/bent_chain.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// From `first` on, integers have this level, counted from 0.
struct level_run {
  std::int64_t first = 0, level = 0;
};

/// The levels that real numbers of a range may have.
struct level_span {
  std::int64_t low = 0, high = 0;
  bool is_one() const { return low == high; }
};

/// The boundaries of a channel, ascending.
class boundary_list {
 public:
  explicit boundary_list(std::vector<real_boundary> boundaries) : m_boundaries(std::move(boundaries)) {
    for (const real_boundary& boundary : m_boundaries) {
      m_low.push_back(boundary.at.around().low);
      m_high.push_back(boundary.at.around().high);
      m_greatest = std::max(m_greatest, std::abs(boundary.at.around().high));
    }
  }

  /// A distance that is small beside the boundaries.
  double nearness() const { return 0x1p-30 * (m_greatest > 0 ? m_greatest : 1); }

  /// What doubles tell: boundaries that all numbers have surely passed, and those that none has surely missed.
  level_span among(const interval& x) const {
    const auto passed = std::lower_bound(m_high.begin(), m_high.end(), x.low) - m_high.begin();
    const auto reached = std::upper_bound(m_low.begin(), m_low.end(), x.high) - m_low.begin();
    return {passed, std::max<std::int64_t>(passed, reached)};
  }

  /// What fractions tell.
  level_span among(const real_range& x, level_span known) const {
    while (known.low < known.high && is_passed(m_boundaries[index(known.low)], x)) ++known.low;
    while (known.high > known.low && is_missed(m_boundaries[index(known.high - 1)], x)) --known.high;
    return known;
  }

 private:
  static std::size_t index(std::int64_t level) { return static_cast<std::size_t>(level); }

  static bool is_passed(const real_boundary& boundary, const real_range& x) {
    const rational at = boundary.at.high();
    if (x.low != at) return x.low > at;
    return boundary.inclusive || x.low_open || !boundary.at.is_exact();
  }
  static bool is_missed(const real_boundary& boundary, const real_range& x) {
    const rational at = boundary.at.low();
    if (x.high != at) return x.high < at;
    return !boundary.inclusive || x.high_open || !boundary.at.is_exact();
  }

  std::vector<real_boundary> m_boundaries;
  std::vector<double> m_low, m_high;
  double m_greatest = 0;
};

/// The runs of one channel.
class run_finder {
 public:
  run_finder(const boundary_list& boundaries, const value_chain& chain, std::int64_t channel, const std::string& node)
      : m_boundaries(boundaries), m_chain(chain), m_channel(channel), m_node(node), m_quick(chain, channel) {}

  std::vector<level_run> find(std::int64_t low, std::int64_t high) {
    settle(low, high);
    return std::move(m_runs);
  }

 private:
  void settle(std::int64_t low, std::int64_t high) {
    constexpr std::int64_t most_steps = std::int64_t{1} << 24;
    if (++m_steps > most_steps) refuse("takes more than 2^24 decisions");
    const interval reals = m_quick.at(between(low, high));
    level_span span = m_boundaries.among(reals);
    if (low == high) return append(low, decided(low, span));
    // Numbers so close together next to one boundary: a limit that they tend to may be that boundary.
    if (span.high - span.low == 1 && reals.high - reals.low < m_boundaries.nearness())
      span = m_boundaries.among(exactly(low, high, 128), span);
    if (span.is_one()) return append(low, span.low);
    const std::int64_t middle = low + (high - low) / 2;
    settle(low, middle);
    settle(middle + 1, high);
  }

  static interval between(std::int64_t low, std::int64_t high) {
    constexpr std::int64_t exactly_double = std::int64_t{1} << 53;
    const auto a = static_cast<double>(low), b = static_cast<double>(high);
    return low >= -exactly_double && high <= exactly_double ? interval{a, b} : outwards(a, b);
  }

  real_range exactly(std::int64_t low, std::int64_t high, int bits) const {
    return range_of(m_chain, m_channel, {rational(low), rational(high), false, false}, bits);
  }

  std::int64_t decided(std::int64_t integer, level_span span) const {
    constexpr int most_bits = 4096;
    for (int bits = 128; !span.is_one() && bits <= most_bits; bits *= 2)
      span = m_boundaries.among(exactly(integer, integer, bits), span);
    if (!span.is_one()) refuse(fmt::format("makes a number of {} that 4096 bits can't tell from a boundary", integer));
    return span.low;
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw input_error(
        fmt::format("{}: what stands before it {}; right: a function that a MultiThreshold states", m_node, why));
  }

  void append(std::int64_t first, std::int64_t level) {
    if (m_runs.empty() || m_runs.back().level != level) m_runs.push_back({first, level});
  }

  const boundary_list& m_boundaries;
  const value_chain& m_chain;
  std::int64_t m_channel;
  const std::string& m_node;
  bent_chain m_quick;
  std::vector<level_run> m_runs;
  std::int64_t m_steps = 0;
};

bool rises(const std::vector<level_run>& runs) {
  return std::is_sorted(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.level < b.level; });
}
bool falls(const std::vector<level_run>& runs) {
  return std::is_sorted(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.level > b.level; });
}

using condition_kind = integer_condition::kind;

integer_condition from(std::int64_t integer) { return {condition_kind::from, integer}; }

/// One condition for each level of a channel that never falls.
void append_rising(const std::vector<level_run>& runs, std::int64_t steps, std::vector<integer_condition>& to) {
  for (std::int64_t level = 1; level <= steps; ++level) {
    const auto run = std::find_if(runs.begin(), runs.end(), [&](const level_run& any) { return any.level >= level; });
    if (run == runs.end())
      to.push_back({condition_kind::never, 0});
    else
      to.push_back(run == runs.begin() ? integer_condition{condition_kind::always, 0} : from(run->first));
  }
}

/// One condition for each level of a channel that never rises: up to the end of the last run that has it.
void append_falling(const std::vector<level_run>& runs, std::int64_t steps, std::vector<integer_condition>& to) {
  for (std::int64_t level = 1; level <= steps; ++level) {
    const auto run = std::find_if(runs.begin(), runs.end(), [&](const level_run& any) { return any.level < level; });
    if (run == runs.end())
      to.push_back({condition_kind::always, 0});
    else
      to.push_back(run == runs.begin() ? integer_condition{condition_kind::never, 0} : from(run->first - 1));
  }
}

/// Where the level of a channel goes up and down by one.
struct turns {
  std::vector<integer_condition> up, down;

  explicit turns(const std::vector<level_run>& runs) {
    up.assign(static_cast<std::size_t>(runs[0].level), {condition_kind::always, 0});
    for (std::size_t i = 1; i < runs.size(); ++i)
      for (std::int64_t level = runs[i - 1].level; level != runs[i].level;) {
        const bool is_up = level < runs[i].level;
        (is_up ? up : down).push_back(from(runs[i].first));
        level += is_up ? 1 : -1;
      }
  }
};

/// Rows of conditions, filled up with those that nothing reaches.
threshold_draft rows_of(const std::vector<std::vector<integer_condition>>& rows) {
  threshold_draft draft;
  draft.rows = std::ssize(rows);
  for (const auto& row : rows) draft.steps = std::max<std::int64_t>(draft.steps, std::ssize(row));
  for (const auto& row : rows) {
    draft.conditions.insert(draft.conditions.end(), row.begin(), row.end());
    draft.conditions.resize(draft.conditions.size() + static_cast<std::size_t>(draft.steps) - row.size(),
                            {condition_kind::never, 0});
  }
  draft.descending.assign(rows.size(), false);
  draft.type = smallest_type({0, draft.steps});
  return draft;
}

bent_draft difference_of(const std::vector<std::vector<level_run>>& channels, std::int64_t offset) {
  std::vector<std::vector<integer_condition>> up, down;
  for (const auto& runs : channels) {
    turns found(runs);
    up.push_back(std::move(found.up));
    down.push_back(std::move(found.down));
  }
  bent_draft result{rows_of(up), rows_of(down)};
  result.levels.offset = offset;
  result.levels.type = smallest_type({offset, offset + result.levels.steps});
  return result;
}

}  // namespace

bent_draft draft_bent_levels(const level_rule& rule, const value_chain& chain, const value_range& range,
                             std::int64_t channels, const std::string& node) {
  constexpr std::int64_t most = std::int64_t{1} << 61, most_thresholds = std::int64_t{1} << 24;
  if (abs(range.low) > most || abs(range.high) > most)
    throw input_error(
        fmt::format("{}: a function of integers of more than 62 bits stands before it; right: narrower "
                    "ones",
                    node));
  check_steps(rule, channels, node);
  std::vector<std::vector<level_run>> runs;
  std::optional<boundary_list> boundaries;
  std::size_t turning = 0, total = 0;
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    if (rule.channels > 1 || channel == 0) boundaries.emplace(boundaries_of(rule, channel));
    runs.push_back(run_finder(*boundaries, chain, channel, node)
                       .find(static_cast<std::int64_t>(range.low), static_cast<std::int64_t>(range.high)));
    turning += !rises(runs.back()) && !falls(runs.back());
    total += runs.back().size();
  }
  const auto offset = static_cast<std::int64_t>(rule.low);
  if (turning > 0 && std::cmp_less(total, most_thresholds)) return difference_of(runs, offset);
  if (turning > 0)
    throw input_error(
        fmt::format("{}: the functions before it rise and fall more than 2^24 times; right: smoother ones", node));
  bent_draft result;
  result.levels.rows = channels;
  result.levels.steps = static_cast<std::int64_t>(rule.high - rule.low);
  result.levels.offset = offset;
  result.levels.type = rule.type;
  for (const auto& of : runs) {
    result.levels.descending.push_back(!rises(of));
    (rises(of) ? append_rising : append_falling)(of, result.levels.steps, result.levels.conditions);
  }
  return result;
}

}  // namespace spillway
