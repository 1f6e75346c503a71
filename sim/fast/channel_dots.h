// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/sim/fast/dot_unit.h"
#include "spillway/sim/fast/register_counts.h"
#include "spillway/sim/fast/row_activation.h"

namespace spillway::detail {

/// A VVAU whose exact sums fit `Lane`. Its dot products are short: the registers of all channels take their products
/// side by side, and those that can't overflow skip the look.
template <class Lane>
class channel_dots final : public dot_unit {
 public:
  channel_dots(const vvau& unit, std::uint32_t index, const depthwise_reader& reader);

  void run(const value_block& inputs, const run_context& context, value_block& outputs,
           std::span<channel_counts> counts) const override;

 private:
  const vvau& m_unit;
  dot_shape m_shape;
  depthwise_reader m_reader;
  bool m_is_proven;
  std::int64_t m_stride;  ///< channels, padded
  row_activation<Lane> m_activation;
  aligned_vector<Lane> m_weights;  ///< [window, stride]
};

extern template class channel_dots<std::int32_t>;
extern template class channel_dots<std::int64_t>;

}  // namespace spillway::detail
