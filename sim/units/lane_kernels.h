// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "spillway/models/numbers/accumulator_format.h"

namespace spillway::detail {

// The arithmetic of one MVAU iteration where every exact sum fits 32 bits: PE accumulators side by side in a vector
// register, the SIMD inputs one after the other, in hardware order.

/// A nonzero input of a beat: a product of zero neither overflows nor changes a register.
struct lane_input {
  std::int32_t lane;
  std::int32_t value;
};

/// One iteration. Arrays over PE have `stride` entries: PE rounded up to a multiple of the kernel's width.
struct lane_iteration {
  const void* weights;  ///< [SIMD, stride] of int8 or int32
  std::int64_t stride;
  const lane_input* inputs;
  std::int64_t input_count;
  const std::int32_t* before;  ///< the registers
  std::int32_t* after;         ///< the registers, after the iteration; may be `before`
  std::int32_t* exact;         ///< the full-width sums: added to
  std::int32_t* events;        ///< overflows of the dot product: added to
  std::int32_t* now;           ///< overflows of this iteration
};

/// Runs an iteration with registers of `bits` bits (1 to 32); true if one overflowed.
using lane_kernel = bool (*)(const lane_iteration& iteration, int bits);

/// What code the kernels are compiled for. All of them give the same results.
enum class lane_target : unsigned char { baseline, avx2, avx512 };

/// "baseline", "avx2" or "avx512".
std::string_view to_string(lane_target target);

/// The targets that this processor runs, the best one last.
std::vector<lane_target> lane_targets();

/// Accumulators that a kernel works on at once: 4 for PE <= 4, else 16.
constexpr int lane_width(int pe) { return pe <= 4 ? 4 : 16; }

/// The kernel for accumulators of `format` (for `final` the registers are untouched: only `exact` is added to),
/// weights of int8 or int32 (`int8_weights`), `width` accumulators at once.
lane_kernel find_lane_kernel(lane_target target, bool int8_weights, int width, const accumulator_format& format);

}  // namespace spillway::detail
