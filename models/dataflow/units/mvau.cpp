// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/mvau.h"

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

namespace {

/// 1 where a weight and an input say the same: +1 and 1, -1 and 0.
std::vector<big_int> agreements(const std::vector<big_int>& weights, const std::vector<big_int>& inputs) {
  std::vector<big_int> agree;
  for (std::size_t k = 0; k < weights.size(); ++k) agree.push_back((weights[k] == 1) == (inputs[k] == 1) ? 1 : 0);
  return agree;
}

/// Logic that is made for the weights has nothing to fold, and nothing to multiply with.
void check_constant_weights(const mvau& unit, const std::string& path) {
  if (unit.weight_memory != memory_style::constant) return;
  if (unit.nf() != 1)
    throw config_error(fmt::format("{}.pe = {} folds constant weights; nearest: MH = {}", path, unit.pe, unit.mh()));
  if (unit.sf() != 1)
    throw config_error(
        fmt::format("{}.simd = {} folds constant weights; nearest: MW = {}", path, unit.simd, unit.mw()));
  if (unit.multipliers != multiplier_style::lut)
    throw config_error(
        fmt::format("{}.multipliers = dsp, but constant weights have no multipliers; nearest: lut", path));
}

}  // namespace

int mvau::latency() const {
  const int tree_levels = static_cast<int>(std::bit_width(static_cast<unsigned>(simd - 1)));
  return 1 + tree_levels + 1 + (thresholds ? 1 : 0);
}

unit_ports mvau::ports() const {
  return {{{input_type, simd, vectors_per_frame * sf()}}, {{output_type, pe, vectors_per_frame * nf()}}};
}

void validate_shape(const mvau& unit, const std::string& path) {
  validate(unit.input_type, fmt::format("{}.input_type", path));
  validate(unit.accumulator, fmt::format("{}.accumulator", path));  // first: the output's type may follow from it
  validate(unit.output_type, fmt::format("{}.output_type", path));
  validate_shape(unit.weights, fmt::format("{}.weights", path));
  if (unit.weights.shape.size() != 2)
    throw config_error(
        fmt::format("{}.weights must be [MH, MW], but have {} dimensions", path, unit.weights.shape.size()));
  if (unit.xnor_popcount && unit.input_type != unsigned_type(1))
    throw config_error(
        fmt::format("{}.input_type {} does not suit xnor_popcount; nearest: UINT1", path, to_string(unit.input_type)));
  if (unit.xnor_popcount && !unit.weights.type.is_bipolar)
    throw config_error(fmt::format("{}.weights of {} do not suit xnor_popcount; nearest: BIPOLAR", path,
                                   to_string(unit.weights.type)));
  check_folds(path, unit);
  check_constant_weights(unit, path);
  check_at_least(path, "vectors_per_frame", unit.vectors_per_frame, 1);
  if (unit.thresholds)
    check_threshold_shape(path, *unit.thresholds, "MH", unit.mh(), unit.output_offset, unit.output_type);
  else if (unit.output_type != signed_type(unit.accumulator.bits))
    throw config_error(fmt::format("{}.output_type {} must be that of its accumulator, {}", path,
                                   to_string(unit.output_type), to_string(signed_type(unit.accumulator.bits))));
}

void validate(const mvau& unit, const std::string& path) {
  validate_shape(unit, path);
  validate(unit.weights, fmt::format("{}.weights", path));
  if (unit.thresholds) check_thresholds(path, *unit.thresholds, "MH", unit.mh(), unit.output_offset, unit.output_type);
}

std::vector<integer_tensor> evaluate(const mvau& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  const std::int64_t frames = count_frames(unit.name, ports, beats), mw = unit.mw(), mh = unit.mh();
  std::vector<integer_tensor> outputs = blank_outputs(ports, frames);
  const std::vector<big_int> ones(static_cast<std::size_t>(mw), 1);
  for (std::int64_t vector = 0; vector < frames * unit.vectors_per_frame; ++vector) {
    std::vector<big_int> inputs, weights(static_cast<std::size_t>(mw));
    for (std::int64_t column = 0; column < mw; ++column)
      inputs.push_back(detail::value_at(beats[0], vector * mw + column));
    for (std::int64_t row = 0; row < mh; ++row) {
      for (std::int64_t column = 0; column < mw; ++column)
        weights[static_cast<std::size_t>(column)] = detail::value_at(unit.weights, row * mw + column);
      const oracle_result dot =
          unit.xnor_popcount ? oracle_dot_product(agreements(weights, inputs), ones, {}, unit.simd, unit.accumulator)
                             : oracle_dot_product(weights, inputs, {}, unit.simd, unit.accumulator);
      detail::set_value(outputs[0], vector * mh + row,
                        detail::activated(unit.thresholds, row, dot.stored, unit.output_offset));
    }
  }
  return outputs;
}

}  // namespace spillway
