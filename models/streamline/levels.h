// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "spillway/models/integer_network/value_chain.h"
#include "spillway/models/network/network.h"
#include "spillway/models/streamline/draft.h"

namespace spillway {

/// The real values that reach a level: those >= at (> at, if not inclusive).
struct real_boundary {
  bracket at;
  bool inclusive = true;
};

/// What an operator that makes levels of real values does, in one form for all of them.
struct level_rule {
  big_int low, high;  ///< the levels; `high - low` steps
  integer_type type;
  affine_step meaning;        ///< what the levels stand for
  std::int64_t channels = 1;  ///< 1: all channels alike
  std::function<real_boundary(std::int64_t channel, const big_int& level)> boundary;
};

/// Parameters as the channels have them.
using channelwise = std::function<channel_values(const float_tensor& parameter, const char* what)>;

level_rule rule_of(const quant_op& op, const std::string& node, const channelwise& of);
level_rule rule_of(const bipolar_quant_op& op, const std::string& node, const channelwise& of);
level_rule rule_of(const multi_threshold_op& op, const std::string& node, const channelwise& of);

/// Trunc's first version clamps nothing: its levels are those that values of `range` under `chain` reach.
level_rule rule_of(const trunc_op& op, const std::string& node, const channelwise& of, const value_chain& chain,
                   const value_range& range, std::int64_t channels);

/// The boundaries of all levels but the least, ascending.
std::vector<real_boundary> boundaries_of(const level_rule& rule, std::int64_t channel);

/// Throws `input_error`, naming the node, beyond 65,535 thresholds a row or 2^24 in all.
void check_steps(const level_rule& rule, std::int64_t channels, const std::string& node);

/// The thresholds on integers of `range` that `chain` makes real numbers of. Throws `input_error`, naming the node,
/// beyond 65,535 thresholds a row or 2^24 in all, and where no decision is possible.
threshold_draft draft_thresholds(const level_rule& rule, const value_chain& chain, const value_range& range,
                                 std::int64_t channels, const std::string& node);

/// The level of one real value.
big_int level_of(const level_rule& rule, std::int64_t channel, const bracket& x);

/// True if the values that integers of `range` stand for are levels of the rule already, so that it changes nothing.
bool changes_nothing(const level_rule& rule, const affine_step& of, const value_range& range, std::int64_t channels);

}  // namespace spillway
