// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "models/units/mvau.h"
#include "sim/units/lane_kernels.h"
#include "sim/units/pending_events.h"
#include "traces/recorder.h"

namespace spillway {

/// The values of an MVAU: replay buffer, weights, PE accumulators and activation, without any timing. The unit around
/// it says when. Storage follows the width that the exact sums need: 32-bit lanes side by side (narrow_core), else one
/// accumulator after the other in int64, limbs or big_int (wide_core). Results and events are the same.
class mvau_core {
 public:
  virtual ~mvau_core() = default;

  /// Takes the beat of synapse fold `sf` into the replay buffer: SIMD values.
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

/// The core for `unit`, reporting to `events` as unit `index`. `target` is the best that the processor has, unless
/// given (tests compare them).
std::unique_ptr<mvau_core> make_mvau_core(const mvau& unit, recorder& events, std::uint32_t index,
                                          std::optional<detail::lane_target> target = {});

}  // namespace spillway
