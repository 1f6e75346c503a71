// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/network/real_tensor.h"
#include "spillway/models/network/shapes.h"

// The operators that evaluate.cpp evaluates, in groups. Not installed.

namespace spillway {

/// One node that is about to be evaluated. Its inputs are known to fit it, and its output to have `shape`.
template <class Real>
struct node_at_work {
  const network_node& node;
  const tensor_shape& shape;
  std::span<const real_tensor<Real>* const> in;

  const real_tensor<Real>& x() const { return *in[0]; }

  /// An output to be filled.
  real_tensor<Real> result(Real value = 0) const {
    return {shape, std::vector<Real>(static_cast<std::size_t>(elements(shape, node.name)), value)};
  }
};

/// A tensor as rows along a dimension: element (o, i, k) is at (o * size + i) * inner + k.
struct axis_layout {
  std::size_t outer = 1, size = 1, inner = 1;

  axis_layout(const tensor_shape& shape, std::int64_t axis) {
    for (std::size_t d = 0; d < shape.size(); ++d) {
      const auto n = static_cast<std::size_t>(shape[d]);
      if (static_cast<std::int64_t>(d) < axis)
        outer *= n;
      else if (static_cast<std::int64_t>(d) == axis)
        size = n;
      else
        inner *= n;
    }
  }
};

template <class Real>
struct quantizer_evaluator {
  using tensor = real_tensor<Real>;
  const node_at_work<Real>& at;

  tensor operator()(const quant_op& op) const;
  tensor operator()(const bipolar_quant_op& op) const;
  tensor operator()(const trunc_op& op) const;
  tensor operator()(const multi_threshold_op& op) const;
};

template <class Real>
struct arithmetic_evaluator {
  using tensor = real_tensor<Real>;
  const node_at_work<Real>& at;

  tensor operator()(const add_op&) const;
  tensor operator()(const sub_op&) const;
  tensor operator()(const mul_op&) const;
  tensor operator()(const div_op&) const;
  tensor operator()(const pow_op&) const;
  tensor operator()(const relu_op&) const;
  tensor operator()(const clip_op& op) const;
  tensor operator()(const batch_norm_op& op) const;
  tensor operator()(const softmax_op& op) const;
  tensor operator()(const top_k_op& op) const;
};

template <class Real>
struct function_evaluator {
  using tensor = real_tensor<Real>;
  const node_at_work<Real>& at;

  tensor operator()(const function_op& op) const;
  tensor operator()(const prelu_op&) const;
  tensor operator()(const max_op&) const;
  tensor operator()(const min_op&) const;
  tensor operator()(const sum_op&) const;
};

template <class Real>
struct product_evaluator {
  using tensor = real_tensor<Real>;
  const node_at_work<Real>& at;

  tensor operator()(const matmul_op&) const;
  tensor operator()(const gemm_op& op) const;
  tensor operator()(const conv_op& op) const;
  tensor operator()(const conv_transpose_op& op) const;
};

template <class Real>
struct window_evaluator {
  using tensor = real_tensor<Real>;
  const node_at_work<Real>& at;

  tensor operator()(const max_pool_op& op) const;
  tensor operator()(const average_pool_op& op) const;
  tensor operator()(const global_average_pool_op&) const;
};

template <class Real>
struct layout_evaluator {
  using tensor = real_tensor<Real>;
  const node_at_work<Real>& at;

  tensor operator()(const upsample_op& op) const;
  tensor operator()(const concat_op& op) const;
  tensor operator()(const pad_op& op) const;
  tensor operator()(const flatten_op&) const;
  tensor operator()(const reshape_op&) const;
  tensor operator()(const transpose_op& op) const;
  tensor operator()(const select_op& op) const;
};

}  // namespace spillway
