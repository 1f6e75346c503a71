// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "spillway/traces/overflow_event.h"
#include "spillway/traces/run_store.h"

namespace spillway::testing {

/// An event that a P-bit register, P = 8, could have had; all fields differ from event to event.
inline overflow_event sample_event(std::uint64_t n) {
  overflow_event event;
  event.frame = n / 4;
  event.unit = static_cast<std::uint32_t>(n % 2);
  event.position = static_cast<std::uint32_t>(n % 3);
  event.channel = static_cast<std::uint32_t>(n % 10);
  event.step = static_cast<std::uint32_t>(n % 7);
  event.cycle = 98 * n + 5;
  event.pe = event.channel % 5;
  event.persistent = n % 5 == 0;
  const auto addend = static_cast<std::int64_t>(n % 100) + 28;
  event.narrow = {100, addend, 100 + addend, 100 + addend - 256};
  return event;
}

inline overflow_event wide_event(std::uint64_t n, const std::array<big_int, 4>& values) {
  overflow_event event = sample_event(n);
  event.narrow = {};
  event.wide = std::make_shared<const std::array<big_int, 4>>(values);
  return event;
}

inline std::vector<overflow_event> sample_events(std::uint64_t count) {
  std::vector<overflow_event> events;
  events.reserve(count);
  for (std::uint64_t n = 0; n < count; ++n) events.push_back(sample_event(n));
  return events;
}

inline run_info sample_info() {
  return {"0.1.0", "spillway simulate net.onnx", "net", "digits", "fast", "2026-01-02T03:04:05Z"};
}

inline std::vector<unit_row> sample_units() {
  return {{0, "MVAU_0", "mvau", 10, 784, 5, 8, 8, "UINT1", 14, "wrap", "per_product", 5},
          {1, "MVAU_1", "mvau", 10, 10, 5, 5, 8, "UINT4", 12, "saturate", "per_cycle", 6}};
}

}  // namespace spillway::testing
