// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace spillway::detail {

/// Rows that the kernels take side by side; the weights' columns are padded to a multiple of it.
inline constexpr int kernel_rows = 16;

/// A nonzero input, in the order of addition: its weights' column, its value, and the step it belongs to (its place
/// for per_product, its cycle for per_cycle). A product of zero can neither overflow nor change the register.
struct nonzero_input {
  const std::int32_t* column;
  std::int32_t value;
  std::int32_t step;
};

/// For each of `rows` rows (a multiple of kernel_rows): the sums of its positive and of its negative products.
void sum_by_sign(std::span<const nonzero_input> inputs, int rows, std::int32_t* positive, std::int32_t* negative);

/// For each row: the P-bit register after all additions and how many of them overflowed. Additions are single products,
/// or the sums of the products that share a step if `by_step`.
void replay_wrap(std::span<const nonzero_input> inputs, int rows, int bits, bool by_step, std::int32_t* stored,
                 std::int32_t* events);
void replay_saturate(std::span<const nonzero_input> inputs, int rows, int bits, bool by_step, std::int32_t* stored,
                     std::int32_t* events);

}  // namespace spillway::detail
