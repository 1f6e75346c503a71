// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "spillway/sim/units/pending_events.h"

namespace spillway {

/// The values of a unit of dot products, an MVAU or a VVAU: weights, PE accumulators and activation, without any
/// timing. The unit around it says when. Storage follows the width that the exact sums need: 32-bit lanes side by side
/// (sim/units/lane_core.h), else one accumulator after the other in int64, limbs or big_int
/// (sim/units/wide_registers.h). Results and events are the same.
class dot_core {
 public:
  virtual ~dot_core() = default;

  /// Takes the beat of synapse fold `sf`: SIMD values, which an MVAU keeps in its replay buffer, or SIMD x PE values of
  /// the next iteration of a VVAU, whose `sf` is 0.
  virtual void keep(std::int64_t sf, const std::int64_t* beat) = 0;

  /// One iteration: PE * SIMD products go into the accumulators, which fold 0 clears.
  virtual void iterate(std::int64_t nf, std::int64_t sf, std::uint64_t cycle) = 0;

  /// After the last fold's iteration, in `cycle`: fits `final` sums, reports counts and events, and writes the PE
  /// outputs of neuron fold `nf` to `beat`.
  virtual void finish(std::int64_t nf, const dot_address& where, std::uint64_t cycle, std::int64_t* beat) = 0;

  /// For waveforms: the register of `pe` in two's complement, sign-extended, and whether it overflowed in the latest
  /// iteration (or in `finish`).
  virtual void read_accumulator(int pe, std::span<std::int64_t> words) const = 0;
  virtual bool overflowed(int pe) const = 0;
};

}  // namespace spillway
