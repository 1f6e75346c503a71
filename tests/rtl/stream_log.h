// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/sim/engine.h"

namespace spillway::testing {

/// A beat that entered or left a stream: the cycle, and the data as $display's %h shows it.
struct logged_beat {
  std::uint64_t cycle = 0;
  std::string data;

  friend auto operator<=>(const logged_beat&, const logged_beat&) = default;
};

/// What a stream saw.
struct stream_log {
  std::vector<logged_beat> pushed, popped;
};

/// What every stream of an accelerator saw in the cycles up to the one in which the last beat left it.
struct accelerator_log {
  std::vector<stream_log> streams;  ///< in the order of streams_of
  std::uint64_t cycles = 0;
};

/// Runs the SystemC model.
accelerator_log log_systemc(const dataflow& flow, const integer_tensor& inputs, const stall_options& stalls);

/// Reads what spillway_bench_log printed, by the name of the accelerator's test bench. Streams are as many as were
/// seen.
std::map<std::string, accelerator_log> read_log(std::istream& text);

}  // namespace spillway::testing
