// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/tiled_quantizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "spillway/models/quantize/tiled_a2q.h"
#include "spillway/models/support/error.h"
#include "spillway/train/learned_scales.h"

namespace spillway {
tiled_quantizer tiled_quantizer::from_weights(const torch::Tensor& weights, const weight_format& format,
                                              std::int64_t tile, weight_start start) {
  const auto w = weights.detach().to(torch::kDouble).contiguous().clone();
  const std::int64_t rows = w.size(0), columns = w.size(1), tiles = tiles_of(columns, tile);
  if (columns % tile != 0)
    throw config_error(fmt::format("tile = {} does not divide the {} weights of a channel", tile, columns));
  tiled_quantizer result{format, tile, w, torch::empty({rows, 1}, torch::kDouble),
                         torch::empty({rows, tiles}, torch::kDouble)};
  const auto width = static_cast<std::size_t>(tile), count = static_cast<std::size_t>(tiles);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    const auto tile_of = [&](std::size_t i) { return values(w).subspan((row * count + i) * width, width); };
    double d = start_channel(tile_of(0), format, start).d;
    for (std::size_t i = 1; i < count; ++i) d = std::max(d, start_channel(tile_of(i), format, start).d);
    values(result.d)[row] = d;
    for (std::size_t i = 0; i < count; ++i) {
      const channel_parameters from = start_channel(tile_of(i), format, start, d);
      std::copy(from.v.begin(), from.v.end(), tile_of(i).begin());
      values(result.t)[row * count + i] = from.t;
    }
  }
  for (torch::Tensor* parameter : {&result.v, &result.d, &result.t}) parameter->requires_grad_(true);
  return result;
}

a2q_quantizer tiled_quantizer::tiles() const {
  return {format, v.view({-1, tile}), d.repeat({1, t.size(1)}).view({-1, 1}), t.view({-1, 1})};
}

quantized_tensor tiled_quantizer::forward() const {
  return {tiles().forward().integers.view({v.size(0), v.size(1)}), exp2_clamped(d)};
}

torch::Tensor tiled_quantizer::penalty() const { return tiles().penalty(); }

quantized_weights tiled_quantizer::integers() const {
  return quantize_tiled(values(v), values(d), values(t), tile, format);
}

}  // namespace spillway
