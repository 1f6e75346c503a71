// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "spillway/models/network/evaluate_node.h"
#include "spillway/models/network/exact_quant.h"
#include "spillway/models/network/round_to_level.h"

namespace spillway {

template <class Real>
real_tensor<Real> quantizer_evaluator<Real>::operator()(const quant_op& op) const {
  validate(op, at.node.name);
  const auto low = static_cast<Real>(least_level(op)), high = static_cast<Real>(greatest_level(op));
  tensor y = at.result();
  broadcast_index scales(op.scale.shape, at.shape), zeros(op.zero_point.shape, at.shape);
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const Real scale = op.scale.values[scales.next()], zero = op.zero_point.values[zeros.next()];
    const Real quotient = at.x().values[i] / scale;
    const Real level = op.rounds_first ? std::clamp(std::nearbyint(quotient) + zero, low, high)
                                       : round_to_level(std::clamp(quotient + zero, low, high), op.rounding);
    y.values[i] = (level - zero) * scale;
  }
  return y;
}

template <class Real>
real_tensor<Real> quantizer_evaluator<Real>::operator()(const bipolar_quant_op& op) const {
  validate(op, at.node.name);
  tensor y = at.result();
  broadcast_index scales(op.scale.shape, at.shape);
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const Real scale = op.scale.values[scales.next()];
    y.values[i] = at.x().values[i] >= 0 ? scale : -scale;
  }
  return y;
}

template <class Real>
real_tensor<Real> quantizer_evaluator<Real>::operator()(const trunc_op& op) const {
  validate(op, at.node.name);
  // The range of the result is that of a Quant of as many bits.
  const quant_op levels{op.out_scale, op.zero_point, op.out_bits, op.is_signed, op.narrow, op.rounding};
  const auto low = static_cast<Real>(least_level(levels)), high = static_cast<Real>(greatest_level(levels));
  const Real divisor = std::ldexp(Real(1), op.in_bits - op.out_bits);
  tensor y = at.result();
  broadcast_index scales(op.scale.shape, at.shape), zeros(op.zero_point.shape, at.shape);
  broadcast_index out_scales(op.out_scale.shape, at.shape);
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const Real scale = op.scale.values[scales.next()], zero = op.zero_point.values[zeros.next()];
    Real level = std::nearbyint(at.x().values[i] / scale + zero) / divisor;
    if (op.clamps) level = std::clamp(level, low, high);
    level = round_to_level(level, op.rounding);
    y.values[i] = (level - zero) * static_cast<Real>(op.out_scale.values[out_scales.next()]);
  }
  return y;
}

template <class Real>
real_tensor<Real> quantizer_evaluator<Real>::operator()(const multi_threshold_op& op) const {
  const auto steps = static_cast<std::size_t>(op.thresholds.shape[1]);
  const axis_layout layout(at.shape, op.channels_last ? static_cast<std::int64_t>(at.shape.size()) - 1 : 1);
  tensor y = at.result();
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const std::size_t row = op.thresholds.shape[0] == 1 ? 0 : i / layout.inner % layout.size;
    const float* thresholds = op.thresholds.values.data() + row * steps;
    const Real x = at.x().values[i];
    const auto count = std::count_if(thresholds, thresholds + steps, [x](float t) { return t <= x; });
    y.values[i] = static_cast<Real>(op.out_scale) * static_cast<Real>(count) + static_cast<Real>(op.out_bias);
  }
  return y;
}

template struct quantizer_evaluator<float>;
template struct quantizer_evaluator<double>;

}  // namespace spillway
