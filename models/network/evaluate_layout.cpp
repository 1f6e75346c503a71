// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "spillway/models/network/evaluate_node.h"

namespace spillway {

template <class Real>
real_tensor<Real> layout_evaluator<Real>::operator()(const upsample_op& op) const {
  tensor y = at.result();
  const std::int64_t width = at.x().shape[3], height = at.x().shape[2];
  auto to = y.values.begin();
  for (std::int64_t plane = 0; plane < at.shape[0] * at.shape[1]; ++plane)
    for (std::int64_t h = 0; h < at.shape[2]; ++h) {
      const Real* row = at.x().values.data() + (plane * height + h / op.factor_h) * width;
      for (std::int64_t w = 0; w < at.shape[3]; ++w) *to++ = row[w / op.factor_w];
    }
  return y;
}

template <class Real>
real_tensor<Real> layout_evaluator<Real>::operator()(const concat_op& op) const {
  tensor y = at.result();
  const axis_layout whole(at.shape, op.axis);
  std::size_t begins = 0;
  for (const tensor* part : at.in) {
    const axis_layout layout(part->shape, op.axis);
    const std::size_t run = layout.size * layout.inner;
    for (std::size_t o = 0; o < layout.outer; ++o)
      std::copy_n(part->values.begin() + static_cast<std::ptrdiff_t>(o * run), run,
                  y.values.begin() + static_cast<std::ptrdiff_t>((o * whole.size + begins) * whole.inner));
    begins += layout.size;
  }
  return y;
}

template <class Real>
real_tensor<Real> layout_evaluator<Real>::operator()(const pad_op& op) const {
  tensor y = at.result(static_cast<Real>(op.value));
  const tensor_shape& from = at.x().shape;
  const std::size_t rank = from.size();
  tensor_shape position(rank, 0), stride(rank, 1);
  for (std::size_t d = rank; d-- > 1;) stride[d - 1] = stride[d] * at.shape[d];
  std::int64_t to = 0;
  for (std::size_t d = 0; d < rank; ++d) to += op.before[d] * stride[d];
  for (const Real value : at.x().values) {
    y.values[static_cast<std::size_t>(to)] = value;
    for (std::size_t d = rank; d-- > 0;) {
      to += stride[d];
      if (++position[d] < from[d]) break;
      to -= stride[d] * from[d];
      position[d] = 0;
    }
  }
  return y;
}

template <class Real>
real_tensor<Real> layout_evaluator<Real>::operator()(const flatten_op&) const {
  return {at.shape, at.x().values};
}

template <class Real>
real_tensor<Real> layout_evaluator<Real>::operator()(const reshape_op&) const {
  return {at.shape, at.x().values};
}

template <class Real>
real_tensor<Real> layout_evaluator<Real>::operator()(const transpose_op& op) const {
  tensor y{at.shape, {}};
  y.values.reserve(at.x().values.size());
  for (const std::int64_t source : transposed_indices(at.x().shape, op.permutation))
    y.values.push_back(at.x().values[static_cast<std::size_t>(source)]);
  return y;
}

template <class Real>
real_tensor<Real> layout_evaluator<Real>::operator()(const select_op& op) const {
  tensor y{at.shape, {}};
  y.values.reserve(at.x().values.size());
  for (const std::int64_t source : selected_indices(at.x().shape, op.indices))
    y.values.push_back(at.x().values[static_cast<std::size_t>(source)]);
  return y;
}

template struct layout_evaluator<float>;
template struct layout_evaluator<double>;

}  // namespace spillway
