// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "spillway/models/network/evaluate_node.h"

namespace spillway {

namespace {

/// Calls visit(value) for each element of the input under the window at output (oh, ow), and counts the padding.
template <class Real, class Visit>
std::int64_t under_window(const Real* plane, const tensor_shape& shape, const window_shape& w, std::int64_t oh,
                          std::int64_t ow, Visit visit) {
  std::int64_t padding = 0;
  for (std::int64_t kh = 0; kh < w.kernel_h; ++kh)
    for (std::int64_t kw = 0; kw < w.kernel_w; ++kw) {
      const std::int64_t h = oh * w.stride_h + kh * w.dilation_h - w.top;
      const std::int64_t c = ow * w.stride_w + kw * w.dilation_w - w.left;
      if (h < 0 || h >= shape[2] || c < 0 || c >= shape[3])
        ++padding;
      else
        visit(plane[h * shape[3] + c]);
    }
  return padding;
}

/// Fills each output element by pool(plane, oh, ow).
template <class Real, class Pool>
real_tensor<Real> pooled(const node_at_work<Real>& at, Pool pool) {
  real_tensor<Real> y = at.result();
  const tensor_shape& shape = at.x().shape;
  std::size_t i = 0;
  for (std::int64_t plane = 0; plane < shape[0] * shape[1]; ++plane)
    for (std::int64_t oh = 0; oh < at.shape[2]; ++oh)
      for (std::int64_t ow = 0; ow < at.shape[3]; ++ow)
        y.values[i++] = pool(at.x().values.data() + plane * shape[2] * shape[3], oh, ow);
  return y;
}

}  // namespace

template <class Real>
real_tensor<Real> window_evaluator<Real>::operator()(const max_pool_op& op) const {
  return pooled(at, [&](const Real* plane, std::int64_t oh, std::int64_t ow) {
    Real greatest = -std::numeric_limits<Real>::infinity();
    under_window(plane, at.x().shape, op.window, oh, ow, [&](Real x) { greatest = std::max(greatest, x); });
    return greatest;
  });
}

template <class Real>
real_tensor<Real> window_evaluator<Real>::operator()(const average_pool_op& op) const {
  const std::int64_t size = op.window.kernel_h * op.window.kernel_w;
  return pooled(at, [&](const Real* plane, std::int64_t oh, std::int64_t ow) {
    Real sum = 0;
    const std::int64_t padding = under_window(plane, at.x().shape, op.window, oh, ow, [&](Real x) { sum += x; });
    if (op.is_sum) return sum;
    return sum / static_cast<Real>(op.count_include_pad ? size : size - padding);
  });
}

template <class Real>
real_tensor<Real> window_evaluator<Real>::operator()(const global_average_pool_op&) const {
  window_shape all;
  all.kernel_h = at.x().shape[2];
  all.kernel_w = at.x().shape[3];
  return (*this)(average_pool_op{all});
}

template struct window_evaluator<float>;
template struct window_evaluator<double>;

}  // namespace spillway
