// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "spillway/models/network/evaluate_node.h"

namespace spillway {

namespace {

template <class Real>
std::vector<Real> transposed(const std::vector<Real>& w, std::size_t rows, std::size_t columns) {
  std::vector<Real> result(w.size());
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) result[c * rows + r] = w[r * columns + c];
  return result;
}

/// x [n, ..., k] by w [k, m]. Each output is summed in the order of k; the loop over m is the inner one because it can be
/// vectorized without changing that order.
template <class Real>
real_tensor<Real> product(const node_at_work<Real>& at, const std::vector<Real>& w) {
  real_tensor<Real> y = at.result();
  const auto m = static_cast<std::size_t>(at.shape.back()), k = static_cast<std::size_t>(at.x().shape.back());
  const std::size_t n = at.x().values.size() / k;
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t i = 0; i < k; ++i) {
      const Real factor = at.x().values[row * k + i];
      const Real* from = w.data() + i * m;
      Real* to = y.values.data() + row * m;
      for (std::size_t column = 0; column < m; ++column) to[column] += factor * from[column];
    }
  return y;
}

/// The output positions, first and one past the last, at which an element of a window meets the input and not padding.
struct meeting {
  std::int64_t first, last;

  meeting(std::int64_t size, std::int64_t positions, std::int64_t stride, std::int64_t offset)
      : first(offset >= 0 ? 0 : (-offset + stride - 1) / stride),
        last(offset >= size ? 0 : std::min(positions, (size - 1 - offset) / stride + 1)) {}
};

/// Adds weight * (the input under one element of the window) to one output plane.
template <class Real>
void add_plane(const Real* x, const tensor_shape& x_shape, Real weight, const window_shape& w, std::int64_t kh,
               std::int64_t kw, Real* y, const tensor_shape& y_shape) {
  const std::int64_t down = kh * w.dilation_h - w.top, right = kw * w.dilation_w - w.left;
  const meeting rows(x_shape[2], y_shape[2], w.stride_h, down), columns(x_shape[3], y_shape[3], w.stride_w, right);
  for (std::int64_t oh = rows.first; oh < rows.last; ++oh) {
    const Real* from = x + (oh * w.stride_h + down) * x_shape[3] + right;
    Real* to = y + oh * y_shape[3];
    if (w.stride_w == 1)
      for (std::int64_t ow = columns.first; ow < columns.last; ++ow) to[ow] += weight * from[ow];
    else
      for (std::int64_t ow = columns.first; ow < columns.last; ++ow) to[ow] += weight * from[ow * w.stride_w];
  }
}

}  // namespace

template <class Real>
real_tensor<Real> product_evaluator<Real>::operator()(const matmul_op&) const {
  return product(at, at.in[1]->values);
}

template <class Real>
real_tensor<Real> product_evaluator<Real>::operator()(const gemm_op& op) const {
  const tensor& w = *at.in[1];
  tensor y = op.trans_b ? product(at, transposed(w.values, static_cast<std::size_t>(w.shape[0]),
                                                 static_cast<std::size_t>(w.shape[1])))
                        : product(at, w.values);
  for (Real& value : y.values) value *= static_cast<Real>(op.alpha);
  if (at.in.size() < 3) return y;
  broadcast_index bias(at.in[2]->shape, at.shape);
  for (Real& value : y.values) value += static_cast<Real>(op.beta) * at.in[2]->values[bias.next()];
  return y;
}

/// Each output is summed in the order of (input channel, kh, kw); the bias comes last.
template <class Real>
real_tensor<Real> product_evaluator<Real>::operator()(const conv_op& op) const {
  const tensor &x = at.x(), &w = *at.in[1];
  tensor y = at.result();
  const std::int64_t channels = w.shape[1], outputs = at.shape[1], per_group = outputs / op.group;
  const std::int64_t x_plane = x.shape[2] * x.shape[3], y_plane = at.shape[2] * at.shape[3];
  for (std::int64_t plane = 0; plane < at.shape[0] * outputs; ++plane) {
    const std::int64_t n = plane / outputs, m = plane % outputs;
    Real* to = y.values.data() + plane * y_plane;
    const Real* weight = w.values.data() + m * channels * w.shape[2] * w.shape[3];
    for (std::int64_t c = 0; c < channels; ++c) {
      const Real* from = x.values.data() + (n * x.shape[1] + m / per_group * channels + c) * x_plane;
      for (std::int64_t kh = 0; kh < w.shape[2]; ++kh)
        for (std::int64_t kw = 0; kw < w.shape[3]; ++kw)
          add_plane(from, x.shape, *weight++, op.window, kh, kw, to, at.shape);
    }
    if (at.in.size() == 3)
      for (std::int64_t i = 0; i < y_plane; ++i) to[i] += at.in[2]->values[static_cast<std::size_t>(m)];
  }
  return y;
}

template struct product_evaluator<float>;
template struct product_evaluator<double>;

}  // namespace spillway
