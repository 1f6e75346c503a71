// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "spillway/models/numbers/dot_product.h"

namespace spillway {

/// What `accumulate` makes of several pairs of vectors of `length` elements, each in a register of its own. Every
/// addition waits for the one before it in its register: side by side the registers fill that time.
template <std::size_t Count, class Integer>
std::array<dot_result<Integer>, Count> accumulate_side_by_side(const std::array<const Integer*, Count>& weights,
                                                               const std::array<const Integer*, Count>& inputs,
                                                               std::size_t length, int simd,
                                                               const accumulator_format& format) {
  const auto ignore = [](const auto&) {};
  auto registers = [&]<std::size_t... At>(std::index_sequence<At...>) {
    return std::array<accumulator<Integer>, Count>{((void)At, accumulator<Integer>(format))...};
  }
  (std::make_index_sequence<Count>());
  for (std::size_t k = 0; k < length; k += static_cast<std::size_t>(simd)) {
    for (std::size_t lane = k; lane < k + static_cast<std::size_t>(simd); ++lane)
      for (std::size_t i = 0; i < Count; ++i) registers[i].add_product(weights[i][lane] * inputs[i][lane], ignore);
    for (std::size_t i = 0; i < Count; ++i) registers[i].end_cycle(ignore);
  }
  std::array<dot_result<Integer>, Count> results;
  for (std::size_t i = 0; i < Count; ++i) {
    registers[i].end(ignore);
    results[i] = {registers[i].stored(), registers[i].exact(), registers[i].events()};
  }
  return results;
}

}  // namespace spillway
