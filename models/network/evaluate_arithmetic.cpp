// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "spillway/models/network/evaluate_node.h"

namespace spillway {

namespace {

template <class Real, class Function>
real_tensor<Real> elementwise(const node_at_work<Real>& at, Function function) {
  const real_tensor<Real>&a = at.x(), &b = *at.in[1];
  real_tensor<Real> y = at.result();
  if (a.shape == at.shape && b.values.size() == 1) {  // the common case, without the bookkeeping of broadcasts
    for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] = function(a.values[i], b.values[0]);
    return y;
  }
  broadcast_index ia(a.shape, at.shape), ib(b.shape, at.shape);
  for (Real& value : y.values) value = function(a.values[ia.next()], b.values[ib.next()]);
  return y;
}

/// Greater first; NaN is less than anything, and the first index wins a tie.
template <class Real>
bool comes_before(const Real* row, std::size_t stride, std::size_t a, std::size_t b) {
  const Real x = row[a * stride], y = row[b * stride];
  if (x > y || (std::isnan(y) && !std::isnan(x))) return true;
  return (x == y || (std::isnan(x) && std::isnan(y))) && a < b;
}

}  // namespace

template <class Real>
real_tensor<Real> arithmetic_evaluator<Real>::operator()(const add_op&) const {
  return elementwise(at, [](Real a, Real b) { return a + b; });
}

template <class Real>
real_tensor<Real> arithmetic_evaluator<Real>::operator()(const sub_op&) const {
  return elementwise(at, [](Real a, Real b) { return a - b; });
}

template <class Real>
real_tensor<Real> arithmetic_evaluator<Real>::operator()(const mul_op&) const {
  return elementwise(at, [](Real a, Real b) { return a * b; });
}

template <class Real>
real_tensor<Real> arithmetic_evaluator<Real>::operator()(const div_op&) const {
  return elementwise(at, [](Real a, Real b) { return a / b; });
}

template <class Real>
real_tensor<Real> arithmetic_evaluator<Real>::operator()(const pow_op&) const {
  return elementwise(at, [](Real a, Real b) { return std::pow(a, b); });
}

template <class Real>
real_tensor<Real> arithmetic_evaluator<Real>::operator()(const relu_op&) const {
  tensor y = at.x();
  for (Real& value : y.values) value = std::max(value, Real(0));
  return y;
}

template <class Real>
real_tensor<Real> arithmetic_evaluator<Real>::operator()(const clip_op& op) const {
  tensor y = at.x();
  for (Real& value : y.values) value = std::min(std::max(value, Real(op.low)), Real(op.high));
  return y;
}

template <class Real>
real_tensor<Real> arithmetic_evaluator<Real>::operator()(const batch_norm_op& op) const {
  const axis_layout layout(at.shape, 1);
  tensor y = at.x();
  for (std::size_t row = 0; row < layout.outer * layout.size; ++row) {
    const std::size_t c = row % layout.size;
    const Real deviation = std::sqrt(Real(op.variance.values[c]) + Real(op.epsilon));
    const Real mean = op.mean.values[c], scale = op.scale.values[c], bias = op.bias.values[c];
    for (std::size_t i = row * layout.inner; i < (row + 1) * layout.inner; ++i)
      y.values[i] = (y.values[i] - mean) / deviation * scale + bias;
  }
  return y;
}

template <class Real>
real_tensor<Real> arithmetic_evaluator<Real>::operator()(const softmax_op& op) const {
  const axis_layout layout(at.shape, op.axis);
  tensor y = at.x();
  for (std::size_t row = 0; row < layout.outer * layout.inner; ++row) {
    Real* first = y.values.data() + row / layout.inner * layout.size * layout.inner + row % layout.inner;
    const auto element = [&](std::size_t i) -> Real& { return first[i * layout.inner]; };
    Real greatest = element(0), sum = 0;
    for (std::size_t i = 1; i < layout.size; ++i) greatest = std::max(greatest, element(i));
    for (std::size_t i = 0; i < layout.size; ++i) sum += std::exp(element(i) - greatest);
    for (std::size_t i = 0; i < layout.size; ++i) {
      const Real shifted = element(i) - greatest;  // so that exp can't overflow
      element(i) = op.logarithm ? shifted - std::log(sum) : std::exp(shifted) / sum;
    }
  }
  return y;
}

template <class Real>
real_tensor<Real> arithmetic_evaluator<Real>::operator()(const top_k_op& op) const {
  const axis_layout layout(at.x().shape, op.axis);
  const auto k = static_cast<std::size_t>(op.k);
  tensor y = at.result();
  std::vector<std::size_t> order(layout.size);
  for (std::size_t row = 0; row < layout.outer * layout.inner; ++row) {
    const std::size_t outer = row / layout.inner, inner = row % layout.inner;
    const Real* first = at.x().values.data() + outer * layout.size * layout.inner + inner;
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::partial_sort(order.begin(), order.begin() + op.k, order.end(),
                      [&](std::size_t a, std::size_t b) { return comes_before(first, layout.inner, a, b); });
    for (std::size_t i = 0; i < k; ++i) y.values[(outer * k + i) * layout.inner + inner] = static_cast<Real>(order[i]);
  }
  return y;
}

template struct arithmetic_evaluator<float>;
template struct arithmetic_evaluator<double>;

}  // namespace spillway
