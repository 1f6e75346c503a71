// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "spillway/sim/fast/byte_product.h"
#include "spillway/sim/fast/dot_unit.h"
#include "spillway/sim/fast/register_counts.h"
#include "spillway/sim/fast/register_lanes.h"
#include "spillway/sim/fast/row_activation.h"

namespace spillway::detail {

/// An MVAU whose exact sums fit `Lane`. Bytes times bytes are whole matrix products (byte_matrix); other widths go
/// through the lanes of the registers, too.
template <class Lane>
class matrix_dots final : public dot_unit {
 public:
  matrix_dots(const mvau& unit, std::uint32_t index, const window_reader& reader, std::span<const std::int64_t> order,
              bool profiles);

  void run(const value_block& inputs, const run_context& context, value_block& outputs,
           std::span<channel_counts> counts) const override;

 private:
  class worker;

  void lay_out_products();
  void lay_out_registers(bool may_take_cycles);

  const mvau& m_unit;
  dot_shape m_shape;
  window_reader m_reader;
  std::vector<std::int64_t> m_order;  ///< column of each step
  bool m_is_in_order = true;          ///< which is the step's own number
  bool m_checks;                      ///< some channel is not proven, and partial sums matter
  bool m_fits_sums;                   ///< some channel is not proven, and only finished sums matter
  bool m_is_signed;                   ///< inputs are bytes with a sign
  std::int64_t m_stride;              ///< rows, padded
  row_activation<Lane> m_activation;

  std::optional<byte_matrix> m_products;    ///< the weights; only where weights and inputs are bytes
  std::optional<byte_matrix> m_magnitudes;  ///< those of the weights, where products are screened and can be negative
  aligned_vector<Lane> m_bias;              ///< [stride]: what a byte product lacks of the sum
  std::optional<register_lanes<Lane>> m_lanes;
  std::optional<cycle_lanes> m_cycles;
  aligned_vector<Lane> m_low, m_high;  ///< [stride]: sums by sign within these clear the row
  std::vector<bool> m_is_proven;       ///< every row of a block of registers

  /// Blocks of registers that were screened, and those of them that had to be looked at. They decide what is quicker,
  /// never what comes out.
  mutable std::atomic<std::int64_t> m_screened{0}, m_failed{0};
};

extern template class matrix_dots<std::int32_t>;
extern template class matrix_dots<std::int64_t>;

}  // namespace spillway::detail
