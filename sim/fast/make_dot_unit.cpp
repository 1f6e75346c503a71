// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/dot_unit.h"

#include <algorithm>

#include "spillway/models/numbers/storage.h"
#include "spillway/sim/fast/channel_dots.h"
#include "spillway/sim/fast/matrix_dots.h"
#include "spillway/sim/fast/wide_dots.h"

namespace spillway::detail {

namespace {

/// Signed bits of the lanes: sums of two of them do not leave the lane.
constexpr int narrow_bits = 31, word_bits = 62;

/// Bits that a unit's exact sums need, or more than lanes have if an operand takes more than a word.
template <class Unit>
int lane_bits(const Unit& unit, integer_type weight, std::int64_t columns) {
  if (!weight.fits_int64() || !unit.input_type.fits_int64()) return 64;
  return exact_sum_bits(weight, unit.input_type, columns, 1);
}

/// Bits of a wide unit's storage: sums on top of a register, and thresholds.
template <class Unit>
int wide_bits(const Unit& unit, integer_type weight, std::int64_t columns) {
  const int threshold_bits = unit.thresholds ? unit.thresholds->type.bits + 1 : 0;
  return std::max(exact_sum_bits(weight, unit.input_type, columns, unit.accumulator.bits), threshold_bits);
}

}  // namespace

std::unique_ptr<dot_unit> make_dot_unit(const mvau& unit, std::uint32_t index, const window_reader& reader,
                                        std::span<const std::int64_t> order, bool profiles) {
  // An agreement is 0 or 1, as a product of two bits is.
  const integer_type weight = unit.xnor_popcount ? unsigned_type(1) : unit.weights.type;
  const int bits = lane_bits(unit, weight, unit.mw());
  if (bits <= narrow_bits) return std::make_unique<matrix_dots<std::int32_t>>(unit, index, reader, order, profiles);
  if (bits <= word_bits) return std::make_unique<matrix_dots<std::int64_t>>(unit, index, reader, order, profiles);
  return visit_storage(wide_bits(unit, weight, unit.mw()),
                       [&]<class Integer>(std::type_identity<Integer>) -> std::unique_ptr<dot_unit> {
                         return std::make_unique<wide_matrix_dots<Integer>>(unit, index, reader, order);
                       });
}

std::unique_ptr<dot_unit> make_dot_unit(const vvau& unit, std::uint32_t index, const depthwise_reader& reader) {
  const int bits = lane_bits(unit, unit.weights.type, unit.window());
  if (bits <= narrow_bits) return std::make_unique<channel_dots<std::int32_t>>(unit, index, reader);
  if (bits <= word_bits) return std::make_unique<channel_dots<std::int64_t>>(unit, index, reader);
  return visit_storage(wide_bits(unit, unit.weights.type, unit.window()),
                       [&]<class Integer>(std::type_identity<Integer>) -> std::unique_ptr<dot_unit> {
                         return std::make_unique<wide_channel_dots<Integer>>(unit, index, reader);
                       });
}

}  // namespace spillway::detail
