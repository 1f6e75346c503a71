// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/rtl/instance.h"

namespace spillway {

/// What holds up a unit with products while a beat that is due has no room. The cycles are the same.
enum class output_style : unsigned char {
  enable,  ///< one clock enable for all its registers
  queue,   ///< a queue at its output, and an enable for what counts and issues alone
};

/// "enable" or "queue". Throws `config_error` that names the nearest for another name.
std::string_view to_string(output_style style);
output_style parse_output_style(std::string_view name);

/// The twin of an MVAU or VVAU whose weights are in a memory, with a queue at its output: a module of its own, whose
/// text is that of the plain one around another pipeline (spillway_queued_compute). So nothing changes of units
/// without.
rtl_instance with_output_queue(rtl_instance twin);

/// What a queue takes beside what `estimate` says of the unit: flip-flops, and LUTs at most (an SRL and a multiplexer a
/// bit, and its control; synthesis puts the multiplexer into the LUTs of a stream of registers, if one follows).
struct output_queue_price {
  std::int64_t luts = 0, ffs = 0;
  std::int64_t depth = 0, bits = 0;  ///< results that it holds, and their width
};

/// None for a unit that has no queue. docs/rtl.md has what Yosys counts.
std::optional<output_queue_price> price_of_queue(const dataflow_unit& unit);

}  // namespace spillway
