// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/vvau.h"

#include <fmt/format.h>

#include <bit>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/exact_values.h"
#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/dataflow/units/unit_shapes.h"
#include "spillway/models/numbers/register_oracle.h"
#include "spillway/models/numbers/tensor_shape.h"
#include "spillway/models/support/error.h"

namespace spillway {

int vvau::latency() const {
  const int tree_levels = static_cast<int>(std::bit_width(static_cast<unsigned>(simd - 1)));
  return 1 + tree_levels + 1 + (thresholds ? 1 : 0);
}

unit_ports vvau::ports() const {
  const std::int64_t results = vectors_per_frame * nf();
  return {{{input_type, std::int64_t{simd} * pe, results * sf()}}, {{output_type, pe, results}}};
}

std::int64_t vvau::cycles_per_frame() const { return vectors_per_frame * nf() * sf(); }

void validate_shape(const vvau& unit, const std::string& path) {
  validate(unit.input_type, fmt::format("{}.input_type", path));
  validate(unit.accumulator, fmt::format("{}.accumulator", path));  // first: the output's type may follow from it
  validate(unit.output_type, fmt::format("{}.output_type", path));
  validate_shape(unit.weights, fmt::format("{}.weights", path));
  if (unit.weights.shape.size() != 2)
    throw config_error(
        fmt::format("{}.weights must be [C, kh * kw], but have {} dimensions", path, unit.weights.shape.size()));
  check_folds(path, unit);
  check_is_memory(path, "weight_memory", unit.weight_memory);
  check_at_least(path, "vectors_per_frame", unit.vectors_per_frame, 1);
  if (unit.thresholds)
    check_threshold_shape(path, *unit.thresholds, "C", unit.channels(), unit.output_offset, unit.output_type);
  else if (unit.output_type != signed_type(unit.accumulator.bits))
    throw config_error(fmt::format("{}.output_type {} must be that of its accumulator, {}", path,
                                   to_string(unit.output_type), to_string(signed_type(unit.accumulator.bits))));
}

void validate(const vvau& unit, const std::string& path) {
  validate_shape(unit, path);
  validate(unit.weights, fmt::format("{}.weights", path));
  if (unit.thresholds)
    check_thresholds(path, *unit.thresholds, "C", unit.channels(), unit.output_offset, unit.output_type);
}

std::vector<integer_tensor> evaluate(const vvau& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  std::vector<integer_tensor> outputs = blank_outputs(ports, count_frames(unit.name, ports, beats));
  const std::int64_t window = unit.window(), pe = unit.pe;
  std::vector<big_int> inputs(static_cast<std::size_t>(window)), weights(inputs.size());
  for (std::int64_t result = 0; result < outputs[0].size(); ++result) {
    const std::int64_t channel = result % unit.channels(), first = result / pe * window * pe + result % pe;
    for (std::int64_t k = 0; k < window; ++k) {
      inputs[static_cast<std::size_t>(k)] = detail::value_at(beats[0], first + k * pe);
      weights[static_cast<std::size_t>(k)] = detail::value_at(unit.weights, channel * window + k);
    }
    const oracle_result dot = oracle_dot_product(weights, inputs, {}, unit.simd, unit.accumulator);
    detail::set_value(outputs[0], result, detail::activated(unit.thresholds, channel, dot.stored, unit.output_offset));
  }
  return outputs;
}

}  // namespace spillway
