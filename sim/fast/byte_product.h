// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/sim/fast/value_block.h"

namespace spillway::detail {

/// What the kernels of this file are compiled for. All give the same integers.
enum class product_target : unsigned char { plain, vnni };

/// The targets that this processor has; the best is the last.
std::vector<product_target> product_targets();

/// Rows of unsigned bytes, the left side of a product. Each row is as many pieces as the matrix has taps: piece t of
/// row r begins at `rows[r] + offsets[t]`. So a window is read where it stands, and nothing is copied.
struct byte_rows {
  std::span<const std::uint8_t* const> rows;
  std::span<const std::int64_t> offsets;
};

/// A matrix of signed bytes, [channels, taps * width], laid out for products with rows of unsigned bytes: sums in 32
/// bits, modulo 2^32. The width of a tap is padded with zeros to a multiple of 4; as many bytes are read.
class byte_matrix {
 public:
  byte_matrix() = default;
  byte_matrix(std::span<const std::int8_t> weights, std::int64_t channels, std::int64_t taps, std::int64_t width,
              std::int64_t stride, product_target target = product_targets().back());

  /// The distance of two rows of sums: channels, padded to a multiple of 16.
  std::int64_t stride() const { return m_stride; }

  /// sums[row * stride() + channel], for every row; what is beyond the channels is left alone or made 0.
  void multiply(const byte_rows& rows, std::int32_t* sums) const;

 private:
  std::int64_t padded_channels() const { return (m_channels + 15) / 16 * 16; }

  std::int64_t m_channels = 0, m_taps = 1, m_quads = 0, m_stride = 0;
  product_target m_target = product_target::plain;
  aligned_vector<std::int8_t> m_weights;  ///< blocks of 64 channels, then of 16: [taps, quads, channels, 4]
};

}  // namespace spillway::detail
