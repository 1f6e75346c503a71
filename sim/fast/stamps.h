// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/dataflow/beat_times.h"
#include "spillway/models/dataflow/dataflow.h"

namespace spillway::detail {

/// When the iterations of an accelerator's units are issued.
class stamps {
 public:
  /// Of a run without events, where nobody asks.
  stamps() = default;
  /// Throws `deadlock_error` in the words of the dataflow.
  stamps(const dataflow& flow, std::uint64_t frames, const beat_times_options& options);

  /// The cycle of iteration `index`, counted through the run, of a unit with registers.
  std::uint64_t cycle_of(std::uint32_t unit, std::uint64_t index) const { return m_times.issues[unit].at(index); }

  /// How many of the first `all` iterations are issued before the run ends. What the sink does not wait for may be
  /// under way then, and does not count.
  std::uint64_t issued(std::uint32_t unit, std::uint64_t all) const;

  const beat_times& times() const { return m_times; }

 private:
  beat_times m_times;
};

}  // namespace spillway::detail
