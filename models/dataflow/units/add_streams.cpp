// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/add_streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/exact_values.h"
#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/support/error.h"

namespace spillway {

unit_ports add_streams::ports() const {
  const std::int64_t beats = cycles_per_frame();
  return {{{a_type, pe, beats}, {b_type, pe, beats}}, {{output_type, pe, beats}}};
}

std::int64_t add_streams::cycles_per_frame() const { return vectors_per_frame * (channels / pe); }

void validate(const add_streams& unit, const std::string& path) {
  validate(unit.a_type, fmt::format("{}.a_type", path));
  validate(unit.b_type, fmt::format("{}.b_type", path));
  validate(unit.output_type, fmt::format("{}.output_type", path));
  check_at_least(path, "channels", unit.channels, 1);
  check_folds(path, unit);
  check_at_least(path, "vectors_per_frame", unit.vectors_per_frame, 1);
  for (const std::int64_t factor : {unit.a_factor, unit.b_factor})
    if (factor == 0 || std::abs(factor) > std::numeric_limits<std::int32_t>::max())
      throw config_error(fmt::format("{} multiplies by {}; nearest: {}", path, factor,
                                     factor == 0  ? "-1, 1"
                                     : factor < 0 ? "-2147483647"
                                                  : "2147483647"));
  const auto ends = [](integer_type type, std::int64_t factor) {
    const big_int one = min_value(type) * factor, other = max_value(type) * factor;
    return std::pair(std::min(one, other), std::max(one, other));
  };
  const auto [a_low, a_high] = ends(unit.a_type, unit.a_factor);
  const auto [b_low, b_high] = ends(unit.b_type, unit.b_factor);
  check_range(path, unit.output_type, a_low + b_low, a_high + b_high, "sums");
}

std::vector<integer_tensor> evaluate(const add_streams& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  std::vector<integer_tensor> outputs = blank_outputs(ports, count_frames(unit.name, ports, beats));
  for (std::int64_t i = 0; i < outputs[0].size(); ++i)
    detail::set_value(outputs[0], i,
                      detail::value_at(beats[0], i) * unit.a_factor + detail::value_at(beats[1], i) * unit.b_factor);
  return outputs;
}

}  // namespace spillway
