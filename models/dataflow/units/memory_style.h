// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace spillway {

/// Where weights or thresholds live. `constant`: nowhere, for the logic is made for their values (an adder graph,
/// models/dataflow/adder_graph/adder_graph.h); weights of an MVAU that isn't folded only.
enum class memory_style : unsigned char { automatic, distributed, block, ultra, constant };

/// The style that `automatic` stands for in a memory of `depth` words: LUTs up to 128 of them, block RAM beyond.
constexpr memory_style resolved(memory_style style, std::int64_t depth) {
  if (style != memory_style::automatic) return style;
  return depth <= 128 ? memory_style::distributed : memory_style::block;
}

/// What a stream is built of; the timing is the same.
enum class stream_style : unsigned char {
  registers,       ///< a register a bit and beat
  shift_register,  ///< SRLs: a LUT holds 32 bits
  distributed,     ///< LUT RAM
  block,           ///< block RAM
};

/// How a stream of `depth` beats is built.
constexpr stream_style style_of_stream(std::int64_t depth) {
  if (depth <= 2) return stream_style::registers;
  if (depth <= 32) return stream_style::shift_register;
  return depth <= 256 ? stream_style::distributed : stream_style::block;
}

}  // namespace spillway
