// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/dot_rows.h"

#include <algorithm>
#include <cmath>
#include <variant>
#include <vector>

#include "spillway/models/numbers/fit.h"
#include "spillway/sim/fast/register_lanes.h"

namespace spillway {

namespace {

using narrow_lanes = detail::register_lanes<std::int32_t>;
using wide_lanes = detail::register_lanes<std::int64_t>;

/// Bits of the greatest sum that arises in a register.
double greatest_sum(std::int64_t columns, double greatest_product, int bits) {
  return static_cast<double>(columns) * greatest_product + std::ldexp(1.0, bits - 1);
}

std::int64_t greatest_of(std::span<const std::int64_t> values) {
  std::int64_t greatest = 0;
  for (const std::int64_t value : values) greatest = std::max(greatest, value < 0 ? -value : value);
  return greatest;
}

std::vector<std::int64_t> transposed(std::span<const std::int64_t> weights, std::int64_t rows) {
  const std::int64_t columns = std::ssize(weights) / rows;
  std::vector<std::int64_t> result(weights.size());
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column)
      result[static_cast<std::size_t>(column * rows + row)] = weights[static_cast<std::size_t>(row * columns + column)];
  return result;
}

}  // namespace

struct dot_rows::lanes {
  accumulator_format format;
  int simd;
  std::int64_t rows;
  std::variant<narrow_lanes, wide_lanes> registers;

  template <class Lane>
  void run(const detail::register_lanes<Lane>& of, std::span<const std::int64_t> inputs, std::int64_t* stored,
           std::int64_t* exact, std::int64_t* events) const {
    const auto stride = static_cast<std::size_t>(of.stride());
    detail::aligned_vector<Lane> kept(stride), overflows(stride), sums(stride);
    std::vector<detail::dot_input> list;
    list.reserve(inputs.size());
    for (std::size_t k = 0; k < inputs.size(); ++k)
      if (inputs[k] != 0)
        list.push_back(
            {static_cast<std::int32_t>(k), static_cast<std::int32_t>(k / static_cast<std::size_t>(simd)), inputs[k]});
    if (format.scope == limit_scope::final) {
      of.sum(list, sums.data());
      for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
        const fitted<std::int64_t> fits = fit(std::int64_t{sums[row]}, format.bits, format.overflow);
        stored[row] = fits.stored;
        exact[row] = sums[row];
        events[row] = fits.overflowed() ? 1 : 0;
      }
      return;
    }
    for (std::int64_t block = 0; block < of.blocks(); ++block) of.run(list, block, kept.data(), overflows.data());
    const auto end = overflows.begin() + rows;
    const bool is_exact = std::all_of(overflows.begin(), end, [](Lane count) { return count == 0; });
    if (!is_exact) of.sum(list, sums.data());
    std::copy_n(kept.begin(), rows, stored);
    std::copy_n((is_exact ? kept : sums).begin(), rows, exact);
    std::copy(overflows.begin(), end, events);
  }
};

bool dot_rows::fits(std::int64_t columns, double greatest_product, int bits) {
  return bits <= 62 && greatest_sum(columns, greatest_product, bits) < std::ldexp(1.0, 62);
}

dot_rows::dot_rows(std::span<const std::int64_t> weights, std::int64_t rows, const accumulator_format& format, int simd,
                   std::int64_t greatest_input) {
  const std::int64_t columns = std::ssize(weights) / rows, greatest = greatest_of(weights) * greatest_input;
  const detail::input_range inputs{-greatest_input, greatest_input};
  const std::vector<std::int64_t> turned = transposed(weights, rows);
  const bool is_narrow = greatest_sum(columns, static_cast<double>(greatest), format.bits) < std::ldexp(1.0, 31);
  if (is_narrow)
    m_lanes = std::make_unique<lanes>(lanes{format, simd, rows, narrow_lanes(turned, rows, format, simd, inputs)});
  else
    m_lanes = std::make_unique<lanes>(lanes{format, simd, rows, wide_lanes(turned, rows, format, simd, inputs)});
}

dot_rows::~dot_rows() = default;
dot_rows::dot_rows(dot_rows&& other) noexcept = default;

void dot_rows::run(std::span<const std::int64_t> inputs, std::int64_t* stored, std::int64_t* exact,
                   std::int64_t* events) const {
  std::visit([&](const auto& registers) { m_lanes->run(registers, inputs, stored, exact, events); },
             m_lanes->registers);
}

}  // namespace spillway
