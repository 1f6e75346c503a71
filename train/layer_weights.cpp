// SPDX-License-Identifier: Apache-2.0
#include "train/layer_weights.h"

#include <fmt/format.h>
#include <torch/autograd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "models/error.h"
#include "models/nearest_name.h"
#include "train/weight_rows.h"

namespace spillway {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::array<std::string_view, 3> method_names{"float", "qat", "a2q"};

std::span<const double> values(const torch::Tensor& tensor) {
  return {tensor.data_ptr<double>(), static_cast<std::size_t>(tensor.numel())};
}

struct quantize_function : torch::autograd::Function<quantize_function> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& v, const torch::Tensor& d,
                               const torch::Tensor& t, layer_method method, const weight_format& format) {
    const torch::Tensor w = torch::empty(v.sizes(), torch::kFloat), q = torch::empty_like(w);
    const auto rows = static_cast<std::size_t>(v.size(0)), columns = static_cast<std::size_t>(v.numel()) / rows;
    std::vector<std::int64_t> integers(columns);
    for (std::size_t row = 0; row < rows; ++row) {
      const auto v_row = values(v).subspan(row * columns, columns);
      if (method == layer_method::a2q)
        a2q_integers(v_row, values(d)[row], values(t)[row], format, integers);
      else
        qat_integers(v_row, values(d)[row], format, integers);
      const auto scale = static_cast<float>(scale_from_log2(values(d)[row]));
      float* const q_row = q.data_ptr<float>() + row * columns;
      float* const w_row = w.data_ptr<float>() + row * columns;
      for (std::size_t k = 0; k < columns; ++k) {
        q_row[k] = static_cast<float>(integers[k]);
        w_row[k] = q_row[k] * scale;
      }
    }
    context->save_for_backward({v, d, t, q});
    context->saved_data["a2q"] = method == layer_method::a2q;
    context->saved_data["bound"] = format.bound();
    context->saved_data["limit"] = format.l1_limit();
    return w;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradient) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &v = saved[0], &d = saved[1], &t = saved[2], &q = saved[3];
    const bool a2q = context->saved_data["a2q"].toBool();
    const auto bound = static_cast<double>(context->saved_data["bound"].toInt());
    const double limit = context->saved_data["limit"].toDouble();
    const torch::Tensor upstream = gradient[0].contiguous();
    const torch::Tensor dv = torch::empty_like(v), dd = torch::zeros_like(d);
    const torch::Tensor dt = a2q ? torch::zeros_like(t) : torch::Tensor();
    const auto rows = static_cast<std::size_t>(v.size(0)), columns = static_cast<std::size_t>(v.numel()) / rows;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t first = row * columns;
      const weight_row at{values(v).subspan(first, columns),
                          {q.data_ptr<float>() + first, columns},
                          {upstream.data_ptr<float>() + first, columns},
                          values(d)[row],
                          a2q ? values(t)[row] : 0,
                          bound,
                          limit};
      const std::span<double> dv_row(dv.data_ptr<double>() + first, columns);
      const log2_gradients logs = a2q ? a2q_backward(at, dv_row) : qat_backward(at, dv_row);
      dd.data_ptr<double>()[row] = logs.d;
      if (a2q) dt.data_ptr<double>()[row] = logs.t;
    }
    return {dv, dd, dt, torch::Tensor(), torch::Tensor()};
  }
};

torch::Tensor learned(const torch::Tensor& initial) { return initial.detach().clone().requires_grad_(true); }

torch::Tensor exp2_clamped(const torch::Tensor& log2_value) { return torch::exp2(log2_value).clamp_min(least_scale); }

}  // namespace

std::string to_string(layer_method method) { return std::string(method_names[static_cast<std::size_t>(method)]); }

layer_method parse_layer_method(const std::string& name) {
  for (std::size_t i = 0; i < method_names.size(); ++i)
    if (name == method_names[i]) return static_cast<layer_method>(i);
  throw config_error(fmt::format("there is no method {}; nearest: {}", name, nearest_name(name, method_names)));
}

layer_weights layer_weights::from(const torch::Tensor& weights, layer_method method, const weight_format& format) {
  const auto w = weights.detach().to(torch::kDouble).contiguous();
  layer_weights result{method, format, learned(w), {}, {}};
  if (method == layer_method::real) return result;
  validate(format);
  const auto magnitudes = w.flatten(1).abs();
  const auto greatest = std::get<0>(magnitudes.max(1)) / static_cast<double>(format.bound());
  result.d = learned(torch::log2(greatest.clamp_min(least_scale)));
  if (method == layer_method::a2q) result.t = learned(torch::log2(magnitudes.sum(1).clamp_min(least_scale)));
  return result;
}

torch::Tensor layer_weights::forward() const {
  if (method == layer_method::real) return v.to(torch::kFloat);
  // Without a norm, something that has no gradient stands in for it.
  return quantize_function::apply(v, d, method == layer_method::a2q ? t : d.detach(), method, format);
}

torch::Tensor layer_weights::penalty() const {
  if (method != layer_method::a2q) return {};
  return (exp2_clamped(t) - exp2_clamped(d) * format.l1_limit()).clamp_min(0.0).sum();
}

quantized_weights layer_weights::integers() const {
  if (method == layer_method::real) throw config_error("real weights have no integers; right: method qat or a2q");
  if (method == layer_method::qat) return quantize_qat(values(v), values(d), format);
  return quantize_a2q(values(v), values(d), values(t), format);
}

std::vector<torch::Tensor> layer_weights::scales() const {
  if (method == layer_method::real) return {};
  if (method == layer_method::qat) return {d};
  return {d, t};
}

}  // namespace spillway
