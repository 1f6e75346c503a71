// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/weight_quantizer.h"

#include <algorithm>
#include <span>

#include "spillway/train/learned_scales.h"
#include "spillway/train/straight_through.h"

namespace spillway {
namespace {

torch::Tensor log2_scale(const torch::Tensor& weights, const weight_format& format) {
  const auto greatest = std::get<0>(weights.abs().max(1, true));
  return torch::log2((greatest / static_cast<double>(format.bound())).clamp_min(least_scale));
}

/// The integers of all rows, as `row_integers(row, v_row, q_row)` of models/quantize/a2q.h decides them.
template <typename Function>
torch::Tensor integers_of(const torch::Tensor& v, Function row_integers) {
  const auto columns = static_cast<std::size_t>(v.size(1));
  const torch::Tensor result = torch::empty_like(v.detach());
  std::vector<std::int64_t> q(columns);
  for (std::size_t row = 0; row < static_cast<std::size_t>(v.size(0)); ++row) {
    row_integers(row, values(v).subspan(row * columns, columns), std::span(q));
    std::copy(q.begin(), q.end(), result.data_ptr<double>() + row * columns);
  }
  return result;
}

}  // namespace

qat_quantizer qat_quantizer::from_weights(const torch::Tensor& weights, const weight_format& format) {
  const auto w = weights.detach().to(torch::kDouble).contiguous();
  return {format, learned(w), learned(log2_scale(w, format))};
}

quantized_tensor qat_quantizer::forward() const {
  const auto s = exp2_clamped(d);
  const auto u = v / s;
  const auto q = integers_of(
      v, [&](std::size_t row, auto v_row, auto q_row) { qat_integers(v_row, values(d)[row], format, q_row); });
  const auto passes = u.detach().round().abs() <= static_cast<double>(format.bound());
  return {straight_through(u, q, passes), s};
}

torch::Tensor qat_quantizer::penalty() const { return torch::zeros({}, v.options().requires_grad(false)); }

quantized_weights qat_quantizer::integers() const { return quantize_qat(values(v), values(d), format); }

a2q_quantizer a2q_quantizer::from_weights(const torch::Tensor& weights, const weight_format& format,
                                          weight_start start) {
  const auto w = weights.detach().to(torch::kDouble).contiguous();
  if (format.method == weight_method::a2q && start == weight_start::naive) {
    const auto norm = w.abs().sum(1, true).clamp_min(least_scale);
    return {format, learned(w), learned(log2_scale(w, format)), learned(torch::log2(norm))};
  }
  a2q_quantizer result{format, learned(w), learned(w.select(1, 0).unsqueeze(1)), learned(w.select(1, 0).unsqueeze(1))};
  const auto columns = static_cast<std::size_t>(w.size(1));
  for (std::size_t row = 0; row < static_cast<std::size_t>(w.size(0)); ++row) {
    const channel_parameters from = start_channel(values(w).subspan(row * columns, columns), format, start);
    std::copy(from.v.begin(), from.v.end(), result.v.data_ptr<double>() + row * columns);
    result.d.data_ptr<double>()[row] = from.d;
    result.t.data_ptr<double>()[row] = from.t;
  }
  return result;
}

quantized_tensor a2q_quantizer::forward() const {
  const auto s = exp2_clamped(d), g = exp2_clamped(t);
  const auto c = format.method == weight_method::a2q_plus ? v - v.mean(1, true) : v;
  const auto norm = c.abs().sum(1, true).clamp_min(least_scale);
  const auto w = c / norm * torch::minimum(g, s * format.l1_limit());
  const auto u = w / s;
  // The forward value is what export writes: the same function, not the same formula in other roundings.
  const auto q = integers_of(v, [&](std::size_t row, auto v_row, auto q_row) {
    weight_integers(v_row, values(d)[row], values(t)[row], format, q_row);
  });
  const auto passes = u.detach().trunc().abs() <= static_cast<double>(format.bound());
  return {straight_through(u, q, passes), s};
}

torch::Tensor a2q_quantizer::penalty() const { return excess_of_norms(t, d, format); }

quantized_weights a2q_quantizer::integers() const { return quantize(values(v), values(d), values(t), format); }

}  // namespace spillway
