// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/layer_weights.h"

#include <torch/autograd.h>

#include <algorithm>
#include <span>

#include "spillway/models/support/error.h"
#include "spillway/train/learned_scales.h"
#include "spillway/train/weight_rows.h"

namespace spillway {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

template <typename Value>
std::span<Value> row_of(const torch::Tensor& tensor, std::size_t row) {
  const std::size_t columns = static_cast<std::size_t>(tensor.numel() / tensor.size(0));
  return {tensor.data_ptr<std::remove_const_t<Value>>() + row * columns, columns};
}

struct quantize_function : torch::autograd::Function<quantize_function> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& v, const torch::Tensor& d,
                               const torch::Tensor& t, const weight_format& format) {
    const torch::Tensor w = torch::empty(v.sizes(), torch::kFloat), q = torch::empty_like(w);
    std::vector<std::int64_t> integers(static_cast<std::size_t>(v.numel() / v.size(0)));
    for (std::size_t row = 0; row < static_cast<std::size_t>(v.size(0)); ++row) {
      weight_integers(row_of<const double>(v, row), values(d)[row], values(t)[row], format, integers);
      const auto scale = static_cast<float>(scale_from_log2(values(d)[row]));
      const auto q_row = row_of<float>(q, row), w_row = row_of<float>(w, row);
      for (std::size_t k = 0; k < integers.size(); ++k) {
        q_row[k] = static_cast<float>(integers[k]);
        w_row[k] = q_row[k] * scale;
      }
    }
    context->save_for_backward({v, d, t, q});
    context->saved_data["method"] = static_cast<std::int64_t>(format.method);
    context->saved_data["bound"] = format.bound();
    context->saved_data["limit"] = format.l1_limit();
    return w;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradient) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &v = saved[0], &d = saved[1], &t = saved[2], &q = saved[3];
    const auto method = static_cast<weight_method>(context->saved_data["method"].toInt());
    weight_row at;
    at.bound = static_cast<double>(context->saved_data["bound"].toInt());
    at.limit = context->saved_data["limit"].toDouble();
    const torch::Tensor upstream = gradient[0].contiguous();
    const torch::Tensor dv = torch::empty_like(v), dd = torch::empty_like(d), dt = torch::empty_like(t);
    for (std::size_t row = 0; row < static_cast<std::size_t>(v.size(0)); ++row) {
      at.v = row_of<const double>(v, row);
      at.q = row_of<const float>(q, row);
      at.upstream = row_of<const float>(upstream, row);
      at.d = values(d)[row];
      at.t = values(t)[row];
      const log2_gradients logs = weights_backward(method, at, row_of<double>(dv, row));
      dd.data_ptr<double>()[row] = logs.d;
      dt.data_ptr<double>()[row] = logs.t;
    }
    return {dv, dd, method == weight_method::qat ? torch::Tensor() : dt, torch::Tensor()};
  }
};

}  // namespace

layer_weights layer_weights::from(const torch::Tensor& weights, const std::optional<weight_format>& format,
                                  weight_start start) {
  layer_weights result{format, learned(weights.to(torch::kDouble).contiguous()), {}, {}};
  if (!format) return result;
  validate(*format);
  torch::NoGradGuard constant;
  const torch::Tensor &v = result.v, d = torch::empty({v.size(0)}, torch::kDouble), t = torch::empty_like(d);
  for (std::size_t row = 0; row < static_cast<std::size_t>(v.size(0)); ++row) {
    const auto to = row_of<double>(v, row);
    const channel_parameters from = start_channel(to, *format, start);
    std::copy(from.v.begin(), from.v.end(), to.begin());
    d.data_ptr<double>()[row] = from.d;
    t.data_ptr<double>()[row] = from.t;
  }
  result.d = learned(d);
  if (result.is_limited()) result.t = learned(t);
  return result;
}

torch::Tensor layer_weights::forward() const {
  if (!format) return v.to(torch::kFloat);
  // Without a norm, something that has no gradient stands in for it.
  return quantize_function::apply(v, d, is_limited() ? t : d.detach(), *format);
}

torch::Tensor layer_weights::penalty() const {
  if (!is_limited()) return {};
  return excess_of_norms(t, d, *format);
}

quantized_weights layer_weights::integers() const {
  if (!format) throw config_error("real weights have no integers; right: a quantizer");
  return quantize(values(v), values(d), is_limited() ? values(t) : std::span<const double>(), *format);
}

std::vector<torch::Tensor> layer_weights::scales() const {
  if (!format) return {};
  if (!is_limited()) return {d};
  return {d, t};
}

}  // namespace spillway
