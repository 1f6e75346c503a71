// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast_kernels.h"

// One binary, the best code of the processor that runs it: GCC compiles these functions once for each target and picks
// one when the program starts. They are integer loops, so that the results are the same on all. Sanitizers and clang
// take the plain version.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define SPILLWAY_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SPILLWAY_CLONES
#endif

namespace spillway::detail {

namespace {

struct wrap_fit {
  int shift;
  explicit wrap_fit(int bits) : shift(32 - bits) {}
  std::int32_t operator()(std::int32_t exact) const {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(exact) << shift) >> shift;
  }
};

struct saturate_fit {
  std::int32_t low, high;
  explicit saturate_fit(int bits) : low(-(1 << (bits - 1))), high((1 << (bits - 1)) - 1) {}
  std::int32_t operator()(std::int32_t exact) const {
    const std::int32_t floored = exact < low ? low : exact;
    return floored > high ? high : floored;
  }
};

template <class Fit>
[[gnu::always_inline]] inline void add_and_fit(const std::int32_t* addend, const Fit& fit, std::int32_t* stored,
                                               std::int32_t* events) {
  for (int r = 0; r < kernel_rows; ++r) {
    const std::int32_t exact = stored[r] + addend[r];
    const std::int32_t kept = fit(exact);
    events[r] += kept != exact ? 1 : 0;
    stored[r] = kept;
  }
}

template <class Fit>
[[gnu::always_inline]] inline void replay(std::span<const nonzero_input> inputs, int rows, bool by_step, const Fit& fit,
                                          std::int32_t* stored_out, std::int32_t* events_out) {
  for (int row = 0; row < rows; row += kernel_rows) {
    std::int32_t stored[kernel_rows] = {}, events[kernel_rows] = {}, addend[kernel_rows] = {};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::int32_t* column = inputs[i].column + row;
      for (int r = 0; r < kernel_rows; ++r) addend[r] += column[r] * inputs[i].value;
      if (by_step && i + 1 < inputs.size() && inputs[i + 1].step == inputs[i].step) continue;
      add_and_fit(addend, fit, stored, events);
      for (int r = 0; r < kernel_rows; ++r) addend[r] = 0;
    }
    for (int r = 0; r < kernel_rows; ++r) {
      stored_out[row + r] = stored[r];
      events_out[row + r] = events[r];
    }
  }
}

}  // namespace

SPILLWAY_CLONES void sum_by_sign(std::span<const nonzero_input> inputs, int rows, std::int32_t* positive,
                                 std::int32_t* negative) {
  for (int row = 0; row < rows; row += kernel_rows) {
    std::int32_t plus[kernel_rows] = {}, minus[kernel_rows] = {};
    for (const nonzero_input& input : inputs) {
      const std::int32_t* column = input.column + row;
      for (int r = 0; r < kernel_rows; ++r) {
        const std::int32_t product = column[r] * input.value;
        plus[r] += product > 0 ? product : 0;
        minus[r] += product < 0 ? product : 0;
      }
    }
    for (int r = 0; r < kernel_rows; ++r) {
      positive[row + r] = plus[r];
      negative[row + r] = minus[r];
    }
  }
}

SPILLWAY_CLONES void replay_wrap(std::span<const nonzero_input> inputs, int rows, int bits, bool by_step,
                                 std::int32_t* stored, std::int32_t* events) {
  replay(inputs, rows, by_step, wrap_fit(bits), stored, events);
}

SPILLWAY_CLONES void replay_saturate(std::span<const nonzero_input> inputs, int rows, int bits, bool by_step,
                                     std::int32_t* stored, std::int32_t* events) {
  replay(inputs, rows, by_step, saturate_fit(bits), stored, events);
}

}  // namespace spillway::detail
