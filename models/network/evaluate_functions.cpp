// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "spillway/models/network/evaluate_node.h"

namespace spillway {

namespace {

template <class Real>
Real sigmoid(Real x) {
  return 1 / (1 + std::exp(-x));
}

template <class Real>
Real softplus(Real x) {
  return std::max(x, Real(0)) + std::log1p(std::exp(-std::abs(x)));
}

template <class Real>
Real value_of(const function_op& op, Real x) {
  const Real alpha = op.alpha, beta = op.beta;
  switch (op.what) {
    case function_kind::abs:
      return std::abs(x);
    case function_kind::celu:
      return std::max(x, Real(0)) + std::min(alpha * std::expm1(x / alpha), Real(0));
    case function_kind::ceil:
      return std::ceil(x);
    case function_kind::elu:
      return x < 0 ? alpha * std::expm1(x) : x;
    case function_kind::erf:
      return std::erf(x);
    case function_kind::floor:
      return std::floor(x);
    case function_kind::gelu:
      return x * (1 + std::erf(x / std::sqrt(Real(2)))) / 2;
    case function_kind::gelu_tanh:
      return x * (1 + std::tanh(std::sqrt(Real(2 / 3.14159265358979323846)) * (x + Real(0.044715) * x * x * x))) / 2;
    case function_kind::hard_sigmoid:
      return std::min(std::max(alpha * x + beta, Real(0)), Real(1));
    case function_kind::hard_swish:
      return x * std::min(std::max(x / 6 + Real(0.5), Real(0)), Real(1));
    case function_kind::leaky_relu:
      return x < 0 ? alpha * x : x;
    case function_kind::mish:
      return x * std::tanh(softplus(x));
    case function_kind::round:
      return std::nearbyint(x);
    case function_kind::selu:
      return beta * (x > 0 ? x : alpha * std::expm1(x));
    case function_kind::sigmoid:
      return sigmoid(x);
    case function_kind::sign:
      return x > 0 ? Real(1) : x < 0 ? Real(-1) : Real(0);
    case function_kind::softplus:
      return softplus(x);
    case function_kind::softsign:
      return x / (1 + std::abs(x));
    case function_kind::swish:
      return x * sigmoid(alpha * x);
    case function_kind::tanh:
      return std::tanh(x);
    case function_kind::thresholded_relu:
      return x > alpha ? x : Real(0);
  }
  return x;
}

/// The inputs joined, two by two, from the first on.
template <class Real, class Function>
real_tensor<Real> joined(const node_at_work<Real>& at, Function function) {
  real_tensor<Real> y = at.result();
  broadcast_index first(at.x().shape, at.shape);
  for (Real& value : y.values) value = at.x().values[first.next()];
  for (const real_tensor<Real>* operand : at.in.subspan(1)) {
    broadcast_index index(operand->shape, at.shape);
    for (Real& value : y.values) value = function(value, operand->values[index.next()]);
  }
  return y;
}

}  // namespace

template <class Real>
real_tensor<Real> function_evaluator<Real>::operator()(const function_op& op) const {
  tensor y = at.x();
  for (Real& value : y.values) value = value_of(op, value);
  return y;
}

template <class Real>
real_tensor<Real> function_evaluator<Real>::operator()(const prelu_op&) const {
  return joined(at, [](Real x, Real slope) { return x < 0 ? slope * x : x; });
}

template <class Real>
real_tensor<Real> function_evaluator<Real>::operator()(const max_op&) const {
  return joined(at, [](Real a, Real b) { return std::max(a, b); });
}

template <class Real>
real_tensor<Real> function_evaluator<Real>::operator()(const min_op&) const {
  return joined(at, [](Real a, Real b) { return std::min(a, b); });
}

template <class Real>
real_tensor<Real> function_evaluator<Real>::operator()(const sum_op&) const {
  return joined(at, [](Real a, Real b) { return a + b; });
}

template struct function_evaluator<float>;
template struct function_evaluator<double>;

}  // namespace spillway
