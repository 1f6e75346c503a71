// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/numbers/accumulator_format.h"
#include "spillway/sim/fast/byte_product.h"
#include "spillway/sim/fast/value_block.h"

namespace spillway::detail {

/// Registers that are looked at together: a block of consecutive rows of a matrix.
inline constexpr std::int64_t register_block = 128;

/// A nonzero input of a dot product, in the order of addition: its column of `register_lanes`, its value, and the step
/// that it belongs to (its place for per_product, its cycle for per_cycle). A product of zero neither overflows nor
/// changes the register.
struct dot_input {
  std::int32_t column;
  std::int32_t step;
  std::int64_t value;
};

/// What inputs can be.
struct input_range {
  std::int64_t low = 0, high = 0;
};

/// What additions to P-bit registers come to, addition by addition, for the rows of a matrix side by side: 16 bits a
/// lane where product and register fit that, else 32, else 64 bits. `Lane` is the type that holds every exact sum.
template <class Lane>
class register_lanes {
 public:
  /// `weights` is [columns, rows]: column k holds what the k-th product multiplies its input with.
  register_lanes(std::span<const std::int64_t> weights, std::int64_t rows, const accumulator_format& format, int simd,
                 input_range inputs);

  /// Rows, rounded up to whole vectors.
  std::int64_t stride() const { return m_stride; }
  std::int64_t blocks() const { return (m_stride + register_block - 1) / register_block; }

  /// The registers of block `block` after all additions, and how many of these overflowed; both [stride()].
  void run(std::span<const dot_input> inputs, std::int64_t block, Lane* stored, Lane* events) const;

  /// The exact sums of all rows: [stride()].
  void sum(std::span<const dot_input> inputs, Lane* sums) const;

  /// The exact sums of all rows, and the least and the greatest partial one, 0 included: after each product, and after
  /// each step. Five arrays of [stride()].
  void ranges(std::span<const dot_input> inputs, Lane* sums, Lane* product_low, Lane* product_high, Lane* step_low,
              Lane* step_high) const;

  /// The sums of the positive and of the negative products of all rows.
  void sum_by_sign(std::span<const dot_input> inputs, Lane* positive, Lane* negative) const;

 private:
  accumulator_format m_format;
  bool m_by_step;  ///< products that share a step are one addend
  bool m_fits;     ///< every product fits the register
  bool m_narrow;   ///< 16-bit lanes
  std::int64_t m_stride;
  aligned_vector<Lane> m_weights;          ///< [columns, stride]; empty where lanes are narrow
  aligned_vector<std::int8_t> m_weights8;  ///< the same; only where lanes are narrow
};

/// Registers that take the sum of a cycle's products, SIMD bytes at once: for per_cycle, weights of 8 bits, inputs
/// of 8.
class cycle_lanes {
 public:
  /// Whether this processor has the instructions.
  static bool supported();

  /// `weights` is [columns, rows], of which `simd` columns are a cycle. Inputs are shifted up by `input_shift` (128 for
  /// signed bytes, else 0), which is taken off again. `offsets`, of each column and row, are added to its cycle.
  cycle_lanes(std::span<const std::int64_t> weights, std::int64_t rows, const accumulator_format& format, int simd,
              std::int64_t input_shift, std::span<const std::int64_t> offsets);

  /// Bytes of the inputs as `run` takes them: each cycle's are padded to a multiple of 4.
  std::int64_t padded_columns() const { return m_steps * m_quads * 4; }
  void pad(const std::uint8_t* inputs, std::uint8_t* padded) const;

  /// As register_lanes::run.
  void run(const std::uint8_t* padded, std::int64_t block, std::int32_t* stored, std::int32_t* events) const;

 private:
  accumulator_format m_format;
  std::int64_t m_simd, m_steps, m_quads, m_stride;
  bool m_has_offsets;
  aligned_vector<std::int8_t> m_weights;   ///< [stride / 16, steps, quads, 16, 4]
  aligned_vector<std::int32_t> m_offsets;  ///< [stride / 16, steps, 16]
};

}  // namespace spillway::detail
