// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "spillway/models/certificates/tiled_certificate.h"
#include "spillway/models/quantize/a2q.h"

namespace spillway {

// A2Q and A2Q+ for tiled accumulation (models/certificates/tiled_certificate.h): each tile of `tile` weights of a
// channel is limited as if it were a channel of its own, by the format's accumulator, which is the inner register. A
// channel has one scale for all its tiles, and a norm for each.

/// Tiles of a channel of `columns` weights, the last one shorter where the division leaves a rest. Throws
/// `config_error` unless the tile is 1 or more.
std::int64_t tiles_of(std::int64_t columns, std::int64_t tile);

/// One channel: `v` has its weights, `d` is log2 of its scale, `t` log2 of each tile's norm. Throws `config_error` for
/// another number of norms than of tiles, else as `weight_integers` does.
void tiled_integers(std::span<const double> v, double d, std::span<const double> t, std::int64_t tile,
                    const weight_format& format, std::span<std::int64_t> q);

/// All channels of a layer: `v` is [MH, MW], row-major, `d` has MH elements and `t` is [MH, tiles]. Each tile is proven
/// to stay in its register; where one does not, this throws `error` (a defect of ours) and there is nothing to export.
/// Throws `config_error` for ordinary quantization, which knows no limit.
quantized_weights quantize_tiled(std::span<const double> v, std::span<const double> d, std::span<const double> t,
                                 std::int64_t tile, const weight_format& format);

/// What is proven of integers that were trained for tiles of `inner_bits`: these tiles, with the least outer register
/// that no input overflows. Throws `error`, naming channel and tile, if an inner register can overflow.
tiled_format require_tiled_certificate(const integer_tensor& weights, integer_type input, std::int64_t tile,
                                       int inner_bits);

}  // namespace spillway
