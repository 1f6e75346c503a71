// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/overflow_event.h"

#include <algorithm>
#include <tuple>

namespace spillway {
namespace {

auto address(const overflow_event& event) {
  return std::tie(event.frame, event.unit, event.position, event.channel, event.step, event.cycle, event.pe,
                  event.persistent);
}

/// Whatever holds them, as `big_int`. One of the two events is wide: rare, so that the copies don't matter.
std::array<big_int, 4> values_of(const overflow_event& event) {
  if (event.wide) return *event.wide;
  std::array<big_int, 4> values;
  std::ranges::copy(event.narrow, values.begin());
  return values;
}

}  // namespace

std::string overflow_event::decimal(value which) const {
  return wide ? (*wide)[which].str() : std::to_string(narrow[which]);
}

bool operator==(const overflow_event& a, const overflow_event& b) {
  if (address(a) != address(b)) return false;
  return !a.wide && !b.wide ? a.narrow == b.narrow : values_of(a) == values_of(b);
}

}  // namespace spillway
