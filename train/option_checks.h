// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>

#include "spillway/models/support/error.h"

namespace spillway {

/// Throws a `config_error` that names the option, its value and what is right, unless that is legal.
template <class Value>
void require(bool legal, const char* option, const Value& value, const char* what) {
  if (!legal) throw config_error(fmt::format("{} = {}; right: {}", option, value, what));
}

/// False of NaN and infinity, too.
inline bool is_finite_from(double low, double value) { return std::isfinite(value) && value >= low; }

/// Throws what is said of a run that diverged `where` (an epoch, a step); of the cause only what went wrong, for what
/// is right is a lower rate.
[[noreturn]] inline void refuse_divergence(const std::string& where, std::string_view cause, double rate,
                                           double scale_rate) {
  throw error(
      fmt::format("training diverged in {}: {}; right: a learning rate below {}, or a scale learning rate below {}",
                  where, cause.substr(0, cause.find("; right:")), rate, scale_rate));
}

}  // namespace spillway
