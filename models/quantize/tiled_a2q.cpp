// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/tiled_a2q.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/support/error.h"

namespace spillway {

std::int64_t tiles_of(std::int64_t columns, std::int64_t tile) {
  validate(tiled_format{.tile = tile});
  return columns / tile + (columns % tile != 0 ? 1 : 0);
}

void tiled_integers(std::span<const double> v, double d, std::span<const double> t, std::int64_t tile,
                    const weight_format& format, std::span<std::int64_t> q) {
  const auto count = static_cast<std::size_t>(tiles_of(static_cast<std::int64_t>(v.size()), tile));
  if (t.size() != count)
    throw config_error(fmt::format("{} norms for {} tiles of a channel: one of each", t.size(), count));
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t first = i * static_cast<std::size_t>(tile),
                      width = std::min(static_cast<std::size_t>(tile), v.size() - first);
    weight_integers(v.subspan(first, width), d, t[i], format, q.subspan(first, width));
  }
}

quantized_weights quantize_tiled(std::span<const double> v, std::span<const double> d, std::span<const double> t,
                                 std::int64_t tile, const weight_format& format) {
  validate(format);
  if (format.method == weight_method::qat)
    throw config_error("tiles of ordinary quantization have no limit; right: a2q or a2q_plus");
  if (d.empty() || v.empty() || v.size() % d.size() != 0)
    throw config_error(
        fmt::format("{} weights are not rows of {} channels: give [MH, MW] weights and MH scales", v.size(), d.size()));
  const std::size_t columns = v.size() / d.size();
  const auto tiles = static_cast<std::size_t>(tiles_of(static_cast<std::int64_t>(columns), tile));
  if (t.size() != d.size() * tiles)
    throw config_error(fmt::format("{} norms for {} channels of {} tiles: one a tile", t.size(), d.size(), tiles));
  quantized_weights result{integer_tensor::zeros(signed_type(format.weight_bits), {static_cast<std::int64_t>(d.size()),
                                                                                   static_cast<std::int64_t>(columns)}),
                           {}};
  for (std::size_t row = 0; row < d.size(); ++row) {
    tiled_integers(v.subspan(row * columns, columns), d[row], t.subspan(row * tiles, tiles), tile, format,
                   std::span(result.weights.words).subspan(row * columns, columns));
    result.scale.push_back(static_cast<float>(scale_from_log2(d[row])));
    if (!std::isfinite(result.scale.back()))
      throw input_error(fmt::format("a weight scale, as float32, is {}; right: a finite number", result.scale.back()));
  }
  require_tiled_certificate(result.weights, format.input, tile, format.accumulator_bits);
  return result;
}

tiled_format require_tiled_certificate(const integer_tensor& weights, integer_type input, std::int64_t tile,
                                       int inner_bits) {
  tiled_format proven{inner_bits, tile, 1};
  for (const tiled_certificate& channel : certify_tiled(weights, input, tile)) {
    for (std::size_t i = 0; i < channel.tiles.size(); ++i)
      if (!channel.tiles[i].holds(inner_bits))
        throw error(fmt::format("channel {}, tile {} needs {} accumulator bits, not {} (certificate [{}, {}])",
                                channel.channel, i, channel.tiles[i].minimal_bits(), inner_bits,
                                channel.tiles[i].low.str(), channel.tiles[i].high.str()));
    proven.outer_bits = std::max(proven.outer_bits, channel.minimal_outer_bits());
  }
  return proven;
}

}  // namespace spillway
