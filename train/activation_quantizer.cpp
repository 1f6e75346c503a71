// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/activation_quantizer.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace spillway {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Blocks are fixed, whatever the threads: each has a sum of its own, and the sums are added in their order.
constexpr std::int64_t block = 16384;

/// 1.5 * 2^23: added to a float32 of magnitude below 2^22 and taken away again, it rounds half to even. Unlike a call
/// of the C library's, the compiler makes vectors of it.
constexpr float rounder = 12582912.0F;

template <typename Function>
void for_blocks(std::int64_t count, Function function) {
  at::parallel_for(0, (count + block - 1) / block, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t b = first; b < last; ++b) function(b, b * block, std::min(count, (b + 1) * block));
  });
}

/// Clipped first, so that `rounder` suffices; the ends are integers, so that it makes no difference. NaN stays.
inline float level(float u, float low, float high) {
  const float above = u < low ? low : u;
  return ((above > high ? high : above) + rounder) - rounder;
}

struct range {
  float scale, low, high;

  /// Exclusive ends of what is not clipped: ends are odd, and a tie there rounds to the even neighbour beyond.
  float passes_above() const { return low == 0 ? 0 : low - 0.5F; }
  float passes_below() const { return high + 0.5F; }
};

/// A part of a block that stays in the first cache.
constexpr std::int64_t chunk = 512, lanes = 8;

/// dx, the level of each value, and the value itself where nothing was clipped, 0 elsewhere. Without a branch, so that
/// the compiler makes vectors of it: half of the values behind a ReLU are 0, and no processor guesses which.
void part_backward(const float* x, const float* e, std::int64_t count, const range& r, float* dx, float* q,
                   float* inside) {
  const float above = r.passes_above(), below = r.passes_below();
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = x[i], upstream = e[i], u = value / r.scale;
    const std::uint32_t passes = 0U - (static_cast<std::uint32_t>(u > above) & static_cast<std::uint32_t>(u < below));
    q[i] = level(u, r.low, r.high);
    dx[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(upstream) & passes);
    inside[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & passes);
  }
}

/// One block: dx, and the sum of e (q s - x), x counting where nothing was clipped; in double, for q s and x cancel.
double block_backward(const float* x, const float* e, float* dx, std::int64_t count, const range& r) {
  std::array<float, chunk> q, inside;
  std::array<double, lanes> sums{};
  const auto scale = static_cast<double>(r.scale);
  for (std::int64_t first = 0; first < count; first += chunk) {
    const std::int64_t n = std::min(chunk, count - first);
    part_backward(x + first, e + first, n, r, dx + first, q.data(), inside.data());
    const auto term = [&](std::int64_t i) {
      const auto at = static_cast<std::size_t>(i);
      return static_cast<double>(e[first + i]) * (static_cast<double>(q[at]) * scale - static_cast<double>(inside[at]));
    };
    std::int64_t i = 0;
    for (; i + lanes <= n; i += lanes)
      for (std::int64_t lane = 0; lane < lanes; ++lane) sums[static_cast<std::size_t>(lane)] += term(i + lane);
    for (; i < n; ++i) sums[0] += term(i);
  }
  double sum = 0;
  for (const double lane : sums) sum += lane;
  return sum;
}

struct quantize_function : torch::autograd::Function<quantize_function> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& log2_scale,
                               const activation_levels& levels) {
    const torch::Tensor from = x.contiguous(x.suggest_memory_format()), to = torch::empty_like(from);
    const range r{activation_scale(log2_scale), levels.low(), levels.high()};
    const float* in = from.data_ptr<float>();
    auto* out = to.data_ptr<float>();
    for_blocks(from.numel(), [&](std::int64_t, std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) out[i] = level(in[i] / r.scale, r.low, r.high) * r.scale;
    });
    context->save_for_backward({from});
    context->saved_data["scale"] = static_cast<double>(r.scale);
    context->saved_data["low"] = static_cast<double>(r.low);
    context->saved_data["high"] = static_cast<double>(r.high);
    return to;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradient) {
    const auto number = [&](const char* name) { return static_cast<float>(context->saved_data[name].toDouble()); };
    const range r{number("scale"), number("low"), number("high")};
    const torch::Tensor from = context->get_saved_variables()[0], dx = torch::empty_like(from);
    // One loop reads both: the gradient has to lie in memory as the values do.
    const torch::Tensor upstream = gradient[0].contiguous(from.suggest_memory_format());
    const std::int64_t count = from.numel();
    std::vector<double> sums(static_cast<std::size_t>((count + block - 1) / block));
    const float *x = from.data_ptr<float>(), *e = upstream.data_ptr<float>();
    auto* out = dx.data_ptr<float>();
    for_blocks(count, [&](std::int64_t b, std::int64_t first, std::int64_t last) {
      sums[static_cast<std::size_t>(b)] = block_backward(x + first, e + first, out + first, last - first, r);
    });
    double sum = 0;
    for (const double of_block : sums) sum += of_block;
    return {dx, torch::full({1}, sum * std::numbers::ln2, torch::kDouble), torch::Tensor()};
  }
};

}  // namespace

float activation_scale(const torch::Tensor& log2_scale) {
  return static_cast<float>(std::max(std::exp2(log2_scale.item<double>()), 1e-10));
}

torch::Tensor quantize_activations(const torch::Tensor& x, const torch::Tensor& log2_scale,
                                   const activation_levels& levels) {
  return quantize_function::apply(x, log2_scale, levels);
}

double best_log2_scale(const torch::Tensor& x, const activation_levels& levels) {
  const torch::Tensor all = x.detach().contiguous().flatten();
  // A hundred thousand values say as much about a distribution as millions.
  const std::int64_t stride = std::max<std::int64_t>(1, all.numel() / 100000);
  std::vector<float> values;
  float greatest = 0;
  for (std::int64_t i = 0; i < all.numel(); i += stride) {
    const float value = all.data_ptr<float>()[i];
    values.push_back(levels.is_signed ? value : std::max(value, 0.0F));
    greatest = std::max(greatest, std::abs(values.back()));
  }
  if (greatest == 0 || !std::isfinite(greatest)) return 0;
  double best = 0, least_error = -1;
  constexpr int steps = 60;
  for (int i = 0; i < steps; ++i) {
    const auto scale = static_cast<float>(greatest * std::pow(100.0, -i / double{steps}) / levels.high());
    double error = 0;
    for (const float value : values) {
      const float difference = level(value / scale, levels.low(), levels.high()) * scale - value;
      error += static_cast<double>(difference) * static_cast<double>(difference);
    }
    if (least_error < 0 || error < least_error) {
      least_error = error;
      best = std::log2(static_cast<double>(scale));
    }
  }
  return best;
}

}  // namespace spillway
