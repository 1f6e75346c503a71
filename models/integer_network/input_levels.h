// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/integer_network/quick_levels.h"
#include "spillway/models/integer_network/value_chain.h"

namespace spillway {

/// The integers that real inputs become, decided by the formulas: in doubles with a bound of their errors, and in exact
/// arithmetic where these do not decide, once for each distinct input. NaN becomes the least value, an infinity counts as the greatest float32.
class input_levels {
 public:
  /// Throws `config_error` for a quantizer that is none.
  explicit input_levels(const input_quantizer& quantizer);

  /// The integer that `x` becomes, in a channel where channels differ.
  std::int64_t operator()(float x, std::int64_t channel = 0);

  /// True if a step has values of its own for each channel.
  bool by_channel() const { return m_by_channel; }

 private:
  std::int64_t decide(float x, std::int64_t channel) const;

  input_quantizer m_quantizer;
  quick_levels m_quick;
  value_chain m_steps;
  bool m_by_channel = false;
  std::map<std::pair<std::int64_t, float>, std::int64_t> m_known;
};

/// The float32 at which the level changes, ascending; none of a quantizer that channels have different steps of, or
/// whose level changes more than 4095 times.
std::optional<std::vector<float>> changes_of(const input_quantizer& quantizer);

/// The host's steps before the input quantizer, as a chain on real numbers.
value_chain chain_of(const std::vector<input_step>& steps);

}  // namespace spillway
