// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/greedy_rounding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "spillway/models/quantize/accumulator_budget.h"
#include "spillway/models/quantize/l1_projection.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

/// One channel on its way to integers. Everything is in steps of the scale.
class greedy_channel {
 public:
  greedy_channel(std::vector<double> target, const input_moments& moments, const greedy_options& options)
      : m_options(options),
        m_moments(moments),
        m_target(std::move(target)),
        m_q(m_target.size()),
        m_budget(options.accumulator, options.input, moments.columns) {
    m_order.resize(m_target.size());
    std::iota(m_order.begin(), m_order.end(), std::size_t{0});
    std::stable_sort(m_order.begin(), m_order.end(), [&](std::size_t a, std::size_t b) { return power(a) > power(b); });
    const auto unseen = std::find_if(m_order.begin(), m_order.end(), [&](std::size_t k) { return power(k) <= 0; });
    m_unseen.assign(unseen, m_order.end());
    m_order.erase(unseen, m_order.end());
    m_threshold.resize(m_target.size());
    if (options.soft_threshold) find_thresholds();
  }

  /// GPFQ: column k sees the errors of the columns before it, and none that is still to come.
  void round_in_order() {
    std::vector<double> wanted(m_target.size());  // E x_i * (what columns so far should sum to, less what they do)
    for (const std::size_t k : m_order) {
      add_row(wanted, m_moments.cross, k, m_target[k]);
      const double best = wanted[k] / power(k);
      choose(k, std::copysign(std::max(std::abs(best) - m_threshold[k], 0.0), best));
      add_row(wanted, m_moments.gram, k, -static_cast<double>(m_q[k]));
    }
  }

  /// Coordinate descent on the whole error, within the budgets; true if a weight changed.
  bool sweep() {
    std::vector<double> wanted(m_target.size());  // E x_i * (what the output should be, less what it is)
    for (std::size_t k = 0; k < m_target.size(); ++k) {
      add_row(wanted, m_moments.cross, k, m_target[k]);
      add_row(wanted, m_moments.gram, k, -static_cast<double>(m_q[k]));
    }
    bool changed = false;
    for (const std::size_t k : m_order) {
      const std::int64_t before = m_q[k];
      choose(k, static_cast<double>(before) + wanted[k] / power(k));
      if (m_q[k] == before) continue;
      changed = true;
      add_row(wanted, m_moments.gram, k, static_cast<double>(before - m_q[k]));
    }
    return changed;
  }

  /// What the calibration data says nothing about.
  void round_unseen() {
    for (const std::size_t k : m_unseen) choose(k, m_target[k]);
  }

  std::vector<std::int64_t> integers() && { return std::move(m_q); }

 private:
  double power(std::size_t k) const { return m_moments.gram[k * m_target.size() + k]; }

  static void add_row(std::vector<double>& sum, const std::vector<double>& matrix, std::size_t row, double factor) {
    if (factor == 0) return;
    const double* from = matrix.data() + row * sum.size();
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += factor * from[i];
  }

  /// The admitted integer nearest to `value`. The error is a parabola in it, so that none is better.
  void choose(std::size_t k, double value) {
    const auto column = static_cast<std::int64_t>(k);
    const std::int64_t bound = (std::int64_t{1} << (m_options.weight_bits - 1)) - 1;
    auto [low, high] = m_budget.admits(column, m_q[k]);
    low = std::max(low, -bound);
    high = std::min(high, bound);
    const double nearest = std::clamp(std::nearbyint(value), static_cast<double>(low), static_cast<double>(high));
    m_budget.change(column, m_q[k], static_cast<std::int64_t>(nearest));
    m_q[k] = static_cast<std::int64_t>(nearest);
  }

  void find_thresholds() {
    const auto tile = static_cast<std::size_t>(m_options.accumulator.tile);
    for (std::size_t first = 0; first < m_target.size(); first += std::min(tile, m_target.size() - first))
      raise_thresholds(first, std::min(tile, m_target.size() - first), m_options.accumulator.inner_bits);
    raise_thresholds(0, m_target.size(), m_options.accumulator.outer_bits);
  }

  /// Thresholds of columns [first, first + count) that leave what a register of P bits admits. With unsigned inputs
  /// the signs have budgets of their own, with signed ones they share theirs.
  void raise_thresholds(std::size_t first, std::size_t count, int bits) {
    const auto limit = static_cast<double>(accumulator_budget::one_sided_limit(bits, m_options.input));
    const auto is_counted = [&](std::size_t k, int sign) {
      return power(k) > 0 && (sign == 0 || (m_target[k] > 0) == (sign > 0));
    };
    const auto raise = [&](int sign) {
      std::vector<double> magnitudes;
      for (std::size_t k = first; k < first + count; ++k)
        if (is_counted(k, sign)) magnitudes.push_back(std::abs(m_target[k]));
      const double threshold = soft_threshold(std::move(magnitudes), limit);
      for (std::size_t k = first; k < first + count; ++k)
        if (is_counted(k, sign)) m_threshold[k] = std::max(m_threshold[k], threshold);
    };
    if (m_options.input.is_signed) return raise(0);
    raise(1);
    raise(-1);
  }

  const greedy_options& m_options;
  const input_moments& m_moments;
  std::vector<double> m_target;
  std::vector<std::int64_t> m_q;
  accumulator_budget m_budget;
  std::vector<std::size_t> m_order, m_unseen;
  std::vector<double> m_threshold;
};

}  // namespace

std::vector<std::int64_t> greedy_integers(std::span<const double> w, double scale, const input_moments& moments,
                                          const greedy_options& options) {
  if (static_cast<std::int64_t>(w.size()) != moments.columns)
    throw config_error(fmt::format("{} weights for moments of {} inputs: one each", w.size(), moments.columns));
  if (!(scale > 0) || !std::isfinite(scale))
    throw config_error(fmt::format("weight scale = {}; right: finite and above 0", scale));
  if (options.weight_bits < 2 || options.weight_bits > 32)
    throw config_error(fmt::format("weight_bits = {} is not 2 to 32", options.weight_bits));
  std::vector<double> target(w.begin(), w.end());
  for (double& value : target) {
    value /= scale;
    if (!std::isfinite(value)) throw input_error(fmt::format("a weight over its scale is {}; right: finite", value));
  }
  greedy_channel channel(std::move(target), moments, options);
  channel.round_in_order();
  for (int i = 0; i < options.sweeps && channel.sweep(); ++i) {
  }
  channel.round_unseen();
  return std::move(channel).integers();
}

}  // namespace spillway
