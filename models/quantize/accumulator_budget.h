// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "spillway/models/certificates/tiled_certificate.h"

namespace spillway {

/// What the registers of one channel still admit while its weights are chosen one by one: exact integers.
///
/// With S+ and S- the sums of the weights chosen so far of either sign, and inputs in [-c, d], a register of P bits
/// keeps d * S+ + c * S- and c * S+ + d * S- at 2^(P-1) - 1 or less (one less than the lower end needs, so that a row
/// may be negated). The weights together keep within the outer register, those of a tile within the inner one.
class accumulator_budget {
 public:
  /// All weights 0. For one register of P bits: {P, columns, P}. Throws `config_error` unless the input type has at
  /// most 32 bits.
  accumulator_budget(const tiled_format& format, integer_type input, std::int64_t columns);

  /// The least and the greatest value that column k may have in place of `now`, with all others as they are: 0 is one.
  std::pair<std::int64_t, std::int64_t> admits(std::int64_t k, std::int64_t now) const;

  /// Column k is `now` and becomes `next`, which must be admitted.
  void change(std::int64_t k, std::int64_t now, std::int64_t next);

  /// What the weights of one sign may sum to in a register of P bits if the other sign has none.
  static std::int64_t one_sided_limit(int bits, integer_type input);

 private:
  struct sums {
    std::int64_t positive = 0, negative = 0;
  };
  std::int64_t room(const sums& now, std::int64_t limit, bool positive) const;
  std::size_t tile_of(std::int64_t k) const { return static_cast<std::size_t>(k / m_tile); }

  std::int64_t m_tile, m_least, m_greatest;  ///< least: c, the magnitude of the least input
  std::int64_t m_inner_limit, m_outer_limit;
  std::vector<sums> m_tiles;
  sums m_whole;
};

}  // namespace spillway
