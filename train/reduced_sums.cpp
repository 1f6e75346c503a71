// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/reduced_sums.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <cmath>
#include <cstdlib>
#include <vector>

#include "spillway/models/numbers/fit.h"

namespace spillway {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// The sums of all channels: channel c of frame n begins at ((n * channels) + c) * positions.
struct layout {
  std::int64_t frames, channels, positions;

  explicit layout(const torch::Tensor& y)
      : frames(y.size(0)), channels(y.size(1)), positions(y.numel() / (y.size(0) * y.size(1))) {}

  template <typename Function>
  void for_channel(std::int64_t channel, Function function) const {
    for (std::int64_t n = 0; n < frames; ++n) {
      const std::int64_t first = (n * channels + channel) * positions;
      for (std::int64_t i = first; i < first + positions; ++i) function(i);
    }
  }

  template <typename Function>
  void for_channels(Function function) const {
    at::parallel_for(0, channels, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t channel = first; channel < last; ++channel) function(channel);
    });
  }
};

std::int64_t sum_of(float y, float s) { return std::llrint(static_cast<double>(y) / static_cast<double>(s)); }

/// How far beyond what P bits hold, in whole numbers; 0 if they hold it but for -2^(P-1), which counts as 1.
std::int64_t excess(std::int64_t z, std::int64_t half) { return std::max<std::int64_t>(std::abs(z) - (half - 1), 0); }

double total(const std::vector<double>& of_channels) {
  double result = 0;
  for (const double value : of_channels) result += value;
  return result;
}

struct reduction_function : torch::autograd::Function<reduction_function> {
  static tensor_list forward(AutogradContext* context, const torch::Tensor& y, const torch::Tensor& s,
                             const cyclic_reduction& reduction, std::int64_t& overflowing) {
    const torch::Tensor from = y.contiguous(), scales = s.contiguous(), to = torch::empty_like(from);
    const layout at(from);
    const std::int64_t half = std::int64_t{1} << (reduction.bits - 1);
    const float *in = from.data_ptr<float>(), *scale = scales.data_ptr<float>();
    auto* out = to.data_ptr<float>();
    std::vector<double> beyond(static_cast<std::size_t>(at.channels)), lost(beyond.size());
    at.for_channels([&](std::int64_t channel) {
      std::int64_t far = 0, count = 0;
      at.for_channel(channel, [&](std::int64_t i) {
        const std::int64_t z = sum_of(in[i], scale[channel]);
        out[i] = static_cast<float>(reduced(z, reduction)) * scale[channel];
        far += excess(z, half);
        count += z < -half || z >= half ? 1 : 0;
      });
      beyond[static_cast<std::size_t>(channel)] = static_cast<double>(far);
      lost[static_cast<std::size_t>(channel)] = static_cast<double>(count);
    });
    overflowing = static_cast<std::int64_t>(total(lost));
    context->save_for_backward({from, scales});
    context->saved_data["bits"] = static_cast<std::int64_t>(reduction.bits);
    context->saved_data["slope"] = reduction.slope;
    const double mean = total(beyond) / static_cast<double>(half) / static_cast<double>(from.numel());
    return {to, torch::full({}, mean, torch::kDouble)};
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradient) {
    const auto saved = context->get_saved_variables();
    const cyclic_reduction reduction{static_cast<int>(context->saved_data["bits"].toInt()),
                                     context->saved_data["slope"].toInt()};
    const torch::Tensor upstream = gradient[0].contiguous(), dy = torch::empty_like(saved[0]),
                        ds = torch::empty_like(saved[1]);
    const layout at(saved[0]);
    const std::int64_t half = std::int64_t{1} << (reduction.bits - 1);
    const double of_penalty =
        gradient[1].item<double>() / static_cast<double>(half) / static_cast<double>(saved[0].numel());
    const float *in = saved[0].data_ptr<float>(), *scale = saved[1].data_ptr<float>(), *e = upstream.data_ptr<float>();
    auto *to = dy.data_ptr<float>(), *to_scale = ds.data_ptr<float>();
    at.for_channels([&](std::int64_t channel) {
      const auto s = static_cast<double>(scale[channel]);
      double sum = 0;
      at.for_channel(channel, [&](std::int64_t i) {
        const std::int64_t z = sum_of(in[i], scale[channel]), c = reduced(z, reduction);
        const std::int64_t m = fit(z, reduction.bits, overflow_mode::wrap).stored;
        const double slope = c == m ? 1 : -static_cast<double>(reduction.slope), of_value = static_cast<double>(e[i]);
        const double away = excess(z, half) == 0 ? 0 : (z < 0 ? -of_penalty : of_penalty);
        to[i] = static_cast<float>(of_value * slope + away / s);
        sum += of_value * (static_cast<double>(c) - slope * static_cast<double>(z)) - away * static_cast<double>(z) / s;
      });
      to_scale[channel] = static_cast<float>(sum);
    });
    return {dy, ds, torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

reduced_sums reduce_sums(const torch::Tensor& y, const torch::Tensor& s, const cyclic_reduction& reduction) {
  reduced_sums result;
  const tensor_list made = reduction_function::apply(y, s, reduction, result.overflowing);
  result.values = made[0];
  result.penalty = made[1];
  return result;
}

}  // namespace spillway
