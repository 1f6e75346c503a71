// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/sim/sum_profile.h"

namespace spillway::detail {

/// The sums of a vector's rows: finished, and the least and the greatest after products and after cycles, 0 included.
template <class Lane>
struct row_sums {
  const Lane* finished = nullptr;
  const Lane *product_low = nullptr, *product_high = nullptr;  ///< null: not known
  const Lane *cycle_low = nullptr, *cycle_high = nullptr;
};

/// Counts the sums of one unit, of the frames of one thread.
class sum_counter {
 public:
  /// `frame_bits` is [frames, units] of the whole run, where frames of different threads are apart.
  sum_counter(std::int64_t channels, bool partial_sums, std::size_t unit, std::size_t units,
              std::vector<std::array<unsigned char, scope_count>>& frame_bits)
      : m_channels(static_cast<std::size_t>(channels)),
        m_partial_sums(partial_sums),
        m_unit(unit),
        m_units(units),
        m_frame_bits(&frame_bits) {}

  bool partial_sums() const { return m_partial_sums; }

  /// A vector of frame `frame` of the run.
  template <class Lane>
  void add(std::int64_t frame, const row_sums<Lane>& sums);

  const std::vector<channel_sums>& channels() const { return m_channels; }

 private:
  std::vector<channel_sums> m_channels;
  bool m_partial_sums;
  std::size_t m_unit, m_units;
  std::vector<std::array<unsigned char, scope_count>>* m_frame_bits;
};

}  // namespace spillway::detail
