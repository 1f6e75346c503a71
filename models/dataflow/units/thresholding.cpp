// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/thresholding.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/exact_values.h"
#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/dataflow/units/unit_shapes.h"
#include "spillway/models/support/error.h"

namespace spillway {

int thresholding::latency() const {
  if (style == threshold_style::parallel) return 2;
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(thresholds.shape[1])));  // ceil(log2(steps + 1))
}

unit_ports thresholding::ports() const {
  return {{{input_type, pe, cycles_per_frame()}}, {{output_type, pe, cycles_per_frame()}}};
}

std::int64_t thresholding::cycles_per_frame() const { return vectors_per_frame * (channels / pe); }

namespace {

/// Rows of thresholds: one for all channels, or one each.
std::int64_t rows_of(const thresholding& unit) {
  const bool is_shared = unit.thresholds.shape.size() == 2 && unit.thresholds.shape[0] == 1;
  return is_shared ? 1 : unit.channels;
}

}  // namespace

void validate_shape(const thresholding& unit, const std::string& path) {
  validate(unit.input_type, fmt::format("{}.input_type", path));
  validate(unit.output_type, fmt::format("{}.output_type", path));
  check_at_least(path, "channels", unit.channels, 1);
  check_folds(path, unit);
  check_is_memory(path, "memory", unit.memory);
  check_at_least(path, "vectors_per_frame", unit.vectors_per_frame, 1);
  const std::int64_t rows = rows_of(unit);
  check_threshold_shape(path, unit.thresholds, "C", rows, unit.output_offset, unit.output_type);
  if (!unit.descending.empty() && std::ssize(unit.descending) != rows)
    throw config_error(fmt::format("{}.descending has {} entries; nearest: 0, {} (one a row of thresholds)", path,
                                   unit.descending.size(), rows));
}

void validate(const thresholding& unit, const std::string& path) {
  validate_shape(unit, path);
  check_thresholds(path, unit.thresholds, "C", rows_of(unit), unit.output_offset, unit.output_type);
}

std::vector<integer_tensor> evaluate(const thresholding& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  std::vector<integer_tensor> outputs = blank_outputs(ports, count_frames(unit.name, ports, beats));
  for (std::int64_t i = 0; i < outputs[0].size(); ++i) {
    const std::int64_t row = unit.thresholds.shape[0] == 1 ? 0 : i % unit.channels;
    const bool descending = !unit.descending.empty() && unit.descending[static_cast<std::size_t>(row)];
    detail::set_value(
        outputs[0], i,
        detail::count_thresholds(unit.thresholds, row, detail::value_at(beats[0], i), unit.output_offset, descending));
  }
  return outputs;
}

}  // namespace spillway
