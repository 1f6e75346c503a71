// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/sim/fast/value_block.h"

namespace spillway::detail {

/// What follows the registers of a vector's rows: y = output_offset + #{t : T[row, t] <= acc}, or y = acc.
template <class Lane>
class row_activation {
 public:
  /// `thresholds` is [rows, steps]; none: y = acc. Sums lie between those of `Lane` with room at both ends, so that a
  /// threshold beyond them is as good as the end of `Lane`.
  row_activation(const std::optional<integer_tensor>& thresholds, std::int64_t rows, std::int64_t output_offset);

  /// With thresholds as `Lane` holds them, [rows, steps].
  row_activation(const std::vector<Lane>& thresholds, std::int64_t rows, std::int64_t output_offset);

  /// Writes the outputs of a vector, or of its first `rows` rows, from element `first` on. `registers` has as many
  /// entries as `padded_rows`.
  void write(const Lane* registers, value_block& to, std::int64_t first, std::int64_t rows) const;
  void write(const Lane* registers, value_block& to, std::int64_t first) const { write(registers, to, first, m_rows); }

  /// Entries that are read: rows, rounded up to whole vectors.
  std::int64_t padded_rows() const { return m_padded_rows; }

 private:
  static constexpr std::int64_t width = 64 / sizeof(Lane);
  static constexpr std::int64_t most_compared = 32;  ///< thresholds side by side; more are searched

  void lay_out(const std::vector<Lane>& thresholds);
  void search(const Lane* registers, Lane* levels) const;

  std::int64_t m_rows, m_padded_rows, m_steps = 0, m_offset;
  bool m_enabled, m_searches = false;
  aligned_vector<Lane> m_thresholds;  ///< [steps, padded rows]; [rows, steps] where they are searched
};

}  // namespace spillway::detail
