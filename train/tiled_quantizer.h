// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/train/weight_quantizer.h"

namespace spillway {

/// A2Q or A2Q+ in tiles (models/quantize/tiled_a2q.h): the quantizer of one tile, of every tile of `tile` weights; the
/// tiles of a channel share its scale. `format.accumulator_bits` is the inner register's width.
struct tiled_quantizer {
  weight_format format;
  std::int64_t tile = 64;
  torch::Tensor v;  ///< [MH, MW]
  torch::Tensor d;  ///< [MH, 1]: log2 of the scale
  torch::Tensor t;  ///< [MH, tiles]: log2 of the norms

  /// Parameters from float weights: the scale is the greatest that one of the channel's tiles would have alone, and
  /// each tile starts with that scale as models/quantize/weight_start.h has it. Throws `config_error` unless the tile
  /// divides MW (so that the tiles are rows of one matrix).
  static tiled_quantizer from_weights(const torch::Tensor& weights, const weight_format& format, std::int64_t tile,
                                      weight_start start = weight_start::naive);

  std::vector<torch::Tensor> scales() { return {d, t}; }
  quantized_tensor forward() const;  ///< integers [MH, MW], scale [MH, 1]
  torch::Tensor penalty() const;     ///< sum over tiles of max(g - T_s, 0)
  quantized_weights integers() const;

 private:
  /// Every tile as a channel: the parameters are views, and gradients reach them.
  a2q_quantizer tiles() const;
};

}  // namespace spillway
