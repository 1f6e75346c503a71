// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "spillway/models/integer_network/ranges.h"
#include "spillway/models/numbers/lazy_real.h"

namespace spillway {

/// Numbers of the channels: one that holds for all, or one each.
using channel_values = std::vector<bracket>;

/// x -> scale * x + offset.
struct affine_step {
  channel_values scale{1}, offset{0};
};

/// x -> min(max(x, low), high).
struct clamp_step {
  std::optional<bracket> low, high;
};

/// x -> a function of x that is neither affine nor a clamp.
struct bend_step {
  enum class kind : unsigned char {
    absolute,
    floor,
    ceil,
    nearest,  ///< integer, ties to even
    sign,
    sigmoid,
    tangent,  ///< hyperbolic
    error,    ///< erf
    softplus,
    softsign,
    exponential,  ///< x, below 0 alpha (exp(x) - 1)
    leaky,        ///< x, below 0 alpha x
    above,        ///< x above alpha, else 0
  };
  kind what = kind::absolute;
  channel_values alpha{0};
};

class value_chain;

/// x -> x joined with what another chain makes of the same integer.
struct join_step {
  enum class kind : unsigned char { sum, product, greater, lesser };
  kind what = kind::sum;
  std::shared_ptr<const value_chain> other;
};

/// One step of a chain.
using chain_step = std::variant<affine_step, clamp_step, bend_step, join_step>;

/// Which integers of a channel make a real value reach a boundary. Of a monotone chain they are all those at or above
/// `at` (at or below, if `descends`), or all, or none.
struct integer_condition {
  enum class kind : unsigned char { always, never, from } what = kind::always;
  big_int at;
};

/// What the integers of a value stand for: a function of the integer for each channel, kept as the file's own steps,
/// nothing rounded. Affine steps and clamps are monotone and of fractions; a chain of these alone is *simple*. Of
/// others models/streamline/bent_levels.h makes thresholds.
class value_chain {
 public:
  value_chain() = default;
  value_chain(bracket scale, bracket offset) {
    m_steps.emplace_back(affine_step{{std::move(scale)}, {std::move(offset)}});
  }
  explicit value_chain(affine_step step) { m_steps.emplace_back(std::move(step)); }

  /// Appends a step: x + by, x * by, min(max(x, low), high).
  void add(const channel_values& by);
  void multiply(const channel_values& by);
  void clamp(std::optional<bracket> low, std::optional<bracket> high);
  /// (x - mean) / sqrt(variance + epsilon) * gain + bias; variance + epsilon is above 0.
  void normalize(channel_values mean, const channel_values& variance, const bracket& epsilon, channel_values gain,
                 const channel_values& bias);

  /// Appends a function, or what another chain makes of the same integers.
  void bend(bend_step::kind what, channel_values alpha = {0});
  void join(join_step::kind what, value_chain other);

  /// This chain of integers that `first` makes of others.
  value_chain behind(const affine_step& first) const;

  /// The steps of this chain from one to before another.
  value_chain part(std::size_t first, std::size_t last) const;

  /// This chain of other channels: the channel of each by its place in this one.
  value_chain of_channels(const std::vector<std::int64_t>& sources) const;

  /// True if there are only affine steps and clamps.
  bool is_simple() const;
  /// True if all channels have the same numbers.
  bool is_uniform() const;
  /// 1 if a channel never falls, -1 if it never rises; none where that is not known.
  std::optional<int> direction(std::int64_t channel) const;

  /// The steps, the first one closest to the integer.
  const std::vector<chain_step>& steps() const { return m_steps; }

  /// True if all numbers of the chain are fractions.
  bool is_exact() const;

  /// The real number that an integer (or, on the host, a real input) stands for. The chain is simple.
  bracket at(std::int64_t channel, bracket x) const;

  /// The sign of the slope: -1, 1, or 0 for a channel that is constant. (A clamp may make any of them constant.) The
  /// chain is simple.
  int slope(std::int64_t channel) const;

  /// The integers that stand for values >= boundary (> boundary, if not inclusive). Where square roots leave open which
  /// integer is the first, and none of `range` can be, it is all of that range or none. Throws `undecided` elsewhere.
  integer_condition reaching(std::int64_t channel, const bracket& boundary, bool inclusive,
                             const value_range* range = nullptr) const;

  /// The chain as one affine function, if its clamps and functions do nothing to integers of this range; none if they
  /// do.
  std::optional<affine_step> affine(const value_range& range, std::int64_t channels) const;

 private:
  std::vector<chain_step> m_steps;
};

/// The number of one channel among `values`, which has one for each channel or one for all.
const bracket& of_channel(const channel_values& values, std::int64_t channel);

/// True if all channels have the same number.
bool all_equal(const channel_values& values);

}  // namespace spillway
