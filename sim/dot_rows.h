// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "spillway/models/numbers/accumulator_format.h"

namespace spillway {

/// Registers of P bits side by side, one for each row of a matrix of weights, through which vector after vector goes: the
/// fast engine's additions without a network around them. The results are those of `accumulate`
/// (models/numbers/dot_product.h).
class dot_rows {
 public:
  /// Whether the sums of `columns` products of at most `greatest_product` in magnitude, and the register, fit 62 bits.
  static bool fits(std::int64_t columns, double greatest_product, int bits);

  /// `weights` is [rows, columns], the columns in the order of addition, of which `simd` are a cycle. Inputs are at most
  /// `greatest_input` in magnitude. The sums must fit (`fits`).
  dot_rows(std::span<const std::int64_t> weights, std::int64_t rows, const accumulator_format& format, int simd,
           std::int64_t greatest_input);
  ~dot_rows();
  dot_rows(dot_rows&& other) noexcept;

  /// The rows' dot products with `inputs`, [columns] in the order of addition: what the registers hold in the end, the
  /// exact sums, and how many additions overflowed; [rows] each. May be called from several threads at once.
  void run(std::span<const std::int64_t> inputs, std::int64_t* stored, std::int64_t* exact, std::int64_t* events) const;

 private:
  struct lanes;
  std::unique_ptr<lanes> m_lanes;
};

}  // namespace spillway
