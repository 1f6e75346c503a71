// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/pool.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/exact_values.h"
#include "spillway/models/dataflow/units/unit_checks.h"

namespace spillway {

namespace {

/// floor(value / 2^shift).
big_int shifted(const big_int& value, int shift) {
  const big_int divisor = big_int(1) << shift;
  const big_int quotient = value / divisor;  // towards 0
  return value < 0 && quotient * divisor != value ? big_int(quotient - 1) : quotient;
}

}  // namespace

unit_ports pool::ports() const {
  const std::int64_t results = vectors_per_frame * (channels / pe);
  return {{{input_type, pe, results * window}}, {{output_type, pe, results}}};
}

std::int64_t pool::cycles_per_frame() const { return vectors_per_frame * (channels / pe) * window; }

void validate(const pool& unit, const std::string& path) {
  validate(unit.input_type, fmt::format("{}.input_type", path));
  validate(unit.output_type, fmt::format("{}.output_type", path));
  check_at_least(path, "channels", unit.channels, 1);
  check_folds(path, unit);
  check_at_least(path, "window", unit.window, 1);
  check_at_least(path, "shift", unit.shift, 0);
  check_at_least(path, "vectors_per_frame", unit.vectors_per_frame, 1);
  const big_int low = min_value(unit.input_type), high = max_value(unit.input_type);
  if (unit.kind == pool_kind::max && unit.output_type == unit.input_type) return;  // the greatest is one of them
  if (unit.kind == pool_kind::max) return check_range(path, unit.output_type, low, high, "maxima");
  check_range(path, unit.output_type, shifted(low * unit.window, unit.shift), shifted(high * unit.window, unit.shift),
              "shifted sums");
}

std::vector<integer_tensor> evaluate(const pool& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  std::vector<integer_tensor> outputs = blank_outputs(ports, count_frames(unit.name, ports, beats));
  for (std::int64_t i = 0; i < outputs[0].size(); ++i) {
    const std::int64_t first = i / unit.pe * unit.window * unit.pe + i % unit.pe;
    big_int greatest = detail::value_at(beats[0], first), sum = 0;
    for (std::int64_t k = 0; k < unit.window; ++k) {
      const big_int value = detail::value_at(beats[0], first + k * unit.pe);
      greatest = std::max(greatest, value);
      sum += value;
    }
    detail::set_value(outputs[0], i, unit.kind == pool_kind::max ? greatest : shifted(sum, unit.shift));
  }
  return outputs;
}

}  // namespace spillway
