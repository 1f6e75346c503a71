// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cmath>

#include "models/error.h"

namespace spillway {

/// Throws a `config_error` that names the option, its value and what is right, unless that is legal.
template <class Value>
void require(bool legal, const char* option, const Value& value, const char* what) {
  if (!legal) throw config_error(fmt::format("{} = {}; right: {}", option, value, what));
}

/// False of NaN and infinity, too.
inline bool is_finite_from(double low, double value) { return std::isfinite(value) && value >= low; }

}  // namespace spillway
