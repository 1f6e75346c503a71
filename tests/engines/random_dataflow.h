// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/big_int.h"

namespace spillway {

/// Draws whole accelerators and their inputs: chains of 1 to 3 MVAUs with random shapes, folds, types and formats.
class random_dataflow {
 public:
  explicit random_dataflow(std::uint64_t seed) : m_random(seed) {}

  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(m_random); }

  integer_type type(int max_bits) {
    const int kind = between(0, 7);
    if (kind == 0) return bipolar_type();
    return kind < 4 ? unsigned_type(between(1, max_bits)) : signed_type(between(1, max_bits));
  }

  /// Values all over the type, the extremes more often than chance would.
  integer_tensor tensor(integer_type of, std::vector<std::int64_t> shape) {
    integer_tensor result = integer_tensor::zeros(of, std::move(shape));
    const std::int64_t density = between(1, 4);
    for (std::int64_t i = 0; i < result.size(); ++i) {
      big_int value = draw(of);
      if (!of.is_bipolar && between(0, 4) > density) value = 0;
      store(value, of, {result.at(i), static_cast<std::size_t>(of.words())});
    }
    return result;
  }

  dataflow flow(int max_units, int max_type_bits, int max_accumulator_bits) {
    dataflow result{"random", {}, between(2, 5), {}};
    const int units = between(1, max_units);
    int columns = between(1, 12) * between(1, 3);
    integer_type input = type(max_type_bits);
    int simd = divisor(columns);
    const std::int64_t vectors = between(1, 3);
    for (int u = 0; u < units; ++u) {
      const bool inner = u + 1 < units;
      mvau unit = make_unit(columns, simd, input, max_type_bits, max_accumulator_bits, inner || between(0, 2) == 0);
      unit.name = "MVAU_" + std::to_string(u);
      unit.vectors_per_frame = vectors;
      columns = static_cast<int>(unit.mh());
      simd = unit.pe;
      input = unit.output_type;
      result.units.emplace_back(std::move(unit));
    }
    return result;
  }

 private:
  int divisor(int n) {
    std::vector<int> divisors;
    for (int d = 1; d <= n; ++d)
      if (n % d == 0) divisors.push_back(d);
    return divisors[static_cast<std::size_t>(between(0, static_cast<int>(divisors.size()) - 1))];
  }

  big_int draw(integer_type of) {
    const big_int low = min_value(of), high = max_value(of);
    switch (between(0, of.is_bipolar ? 1 : 5)) {
      case 0:
        return low;
      case 1:
        return high;
      default:
        break;
    }
    big_int bits = 0;
    for (int i = 0; i < of.words(); ++i) bits = (bits << 64) + m_random();
    return low + bits % (high - low + 1);
  }

  mvau make_unit(int columns, int simd, integer_type input, int max_type_bits, int max_accumulator_bits,
                 bool activated) {
    mvau unit;
    const int rows = between(1, 6) * between(1, 4);
    integer_type weights = type(max_type_bits);
    unit.input_type = input;
    unit.weights = tensor(weights, {rows, columns});
    unit.simd = simd;
    unit.pe = divisor(rows);
    unit.accumulator.bits = between(1, max_accumulator_bits);
    unit.accumulator.overflow = between(0, 1) == 0 ? overflow_mode::wrap : overflow_mode::saturate;
    unit.accumulator.scope = static_cast<limit_scope>(between(0, 2));
    unit.output_type = signed_type(unit.accumulator.bits);
    if (!activated) return unit;
    const int steps = (1 << between(1, 3)) - 1;
    unit.thresholds = tensor(unit.output_type, {rows, steps});
    sort_rows(*unit.thresholds);
    unit.output_offset = between(0, 1) == 0 ? 0 : -steps;
    unit.output_type = unit.output_offset == 0 ? unsigned_type(3) : signed_type(4);
    return unit;
  }

  static void sort_rows(integer_tensor& thresholds) {
    const std::int64_t steps = thresholds.shape[1];
    for (std::int64_t row = 0; row < thresholds.shape[0]; ++row) {
      std::vector<big_int> values;
      for (std::int64_t t = 0; t < steps; ++t)
        values.push_back(
            load({thresholds.at(row * steps + t), static_cast<std::size_t>(thresholds.type.words())}, thresholds.type));
      std::sort(values.begin(), values.end());
      for (std::int64_t t = 0; t < steps; ++t)
        store(values[static_cast<std::size_t>(t)], thresholds.type,
              {thresholds.at(row * steps + t), static_cast<std::size_t>(thresholds.type.words())});
    }
  }

  std::mt19937_64 m_random;
};

}  // namespace spillway
