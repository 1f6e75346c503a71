// SPDX-License-Identifier: Apache-2.0
// Both autograd functions in one source: LibTorch's headers take ten seconds to compile.
#include <torch/autograd.h>

#include <cstdint>

#include "spillway/train/binary_linear.h"
#include "spillway/train/straight_through.h"

namespace spillway {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

struct straight_through_function : torch::autograd::Function<straight_through_function> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& /*u*/, const torch::Tensor& q,
                               const torch::Tensor& passes) {
    context->save_for_backward({passes});
    return q.clone();
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradient) {
    const auto passes = context->get_saved_variables()[0];
    return {torch::where(passes, gradient[0], torch::zeros_like(gradient[0])), torch::Tensor(), torch::Tensor()};
  }
};

struct binary_linear_function : torch::autograd::Function<binary_linear_function> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& offsets, const torch::Tensor& ones,
                               const torch::Tensor& weights) {
    const std::int64_t frames = offsets.size(0) - 1, rows = weights.size(0);
    // One column of weights a pixel, contiguous.
    const torch::Tensor columns = weights.t().contiguous();
    const torch::Tensor result = torch::zeros({frames, rows}, weights.options());
    const auto* first = offsets.data_ptr<std::int64_t>();
    const auto* one = ones.data_ptr<std::int64_t>();
    const auto* column = columns.data_ptr<double>();
    auto* out = result.data_ptr<double>();
    for (std::int64_t frame = 0; frame < frames; ++frame, out += rows) {
      for (std::int64_t i = first[frame]; i < first[frame + 1]; ++i) {
        const double* add = column + one[i] * rows;
        for (std::int64_t row = 0; row < rows; ++row) out[row] += add[row];
      }
    }
    context->save_for_backward({offsets, ones});
    context->saved_data["columns"] = weights.size(1);
    return result;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradient) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor upstream = gradient[0].contiguous();
    const std::int64_t frames = upstream.size(0), rows = upstream.size(1);
    const torch::Tensor by_column = torch::zeros({context->saved_data["columns"].toInt(), rows}, upstream.options());
    const auto* first = saved[0].data_ptr<std::int64_t>();
    const auto* one = saved[1].data_ptr<std::int64_t>();
    const auto* add = upstream.data_ptr<double>();
    auto* out = by_column.data_ptr<double>();
    for (std::int64_t frame = 0; frame < frames; ++frame, add += rows) {
      for (std::int64_t i = first[frame]; i < first[frame + 1]; ++i) {
        double* sum = out + one[i] * rows;
        for (std::int64_t row = 0; row < rows; ++row) sum[row] += add[row];
      }
    }
    return {torch::Tensor(), torch::Tensor(), by_column.t().contiguous()};
  }
};

}  // namespace

torch::Tensor straight_through(const torch::Tensor& u, const torch::Tensor& q, const torch::Tensor& passes) {
  return straight_through_function::apply(u, q, passes);
}

torch::Tensor binary_linear(const binary_batch& x, const torch::Tensor& weights) {
  return binary_linear_function::apply(x.offsets, x.ones, weights);
}

}  // namespace spillway
