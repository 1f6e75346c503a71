// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/certificates/certificate.h"

namespace spillway {

/// Tiled accumulation (AXE, arXiv 2409.17092): products k of a dot product, in hardware order, are summed in tiles of
/// `tile` by an inner register, the last tile shorter where the division leaves a rest; the finished tiles are summed
/// by an outer register. Both wrap or saturate as they like: where the certificate holds, neither ever has to.
struct tiled_format {
  int inner_bits = 32;
  std::int64_t tile = 64;
  int outer_bits = 32;

  friend bool operator==(const tiled_format&, const tiled_format&) = default;
};

/// `12x64:16`: tiles of 64 in 12 bits, summed in 16.
std::string to_string(const tiled_format& format);

/// Reads `P_IxT:P_O`, as `to_string` writes it. Throws `config_error` that names the text and what is right.
tiled_format parse_tiled_format(const std::string& text);

/// Throws `config_error` unless the widths are 1 to 4096 and the tile is 1 or more.
void validate(const tiled_format& format);

/// The metadata key under which a file claims tiles for a MatMul, Gemm or Conv node; its value is such a text.
std::string tiled_accumulator_key(const std::string& node);

/// The exact statement about one channel's two registers over every input of the type: while a tile is summed, in any
/// order, the inner register stays in its tile's [low, high], and while tiles are, in any order, the outer one in the
/// whole channel's. The ends are reached.
struct tiled_certificate {
  std::int64_t channel = 0;
  std::vector<channel_certificate> tiles;  ///< one a tile, as if it were the dot product
  channel_certificate whole;

  /// The least widths of the two registers, and whether those of a format are enough.
  int minimal_inner_bits() const;
  int minimal_outer_bits() const { return whole.minimal_bits(); }
  bool holds(const tiled_format& format) const;
};

/// An input that makes one of the two registers overflow.
struct tiled_witness {
  std::optional<std::int64_t> tile;  ///< whose inner register overflows; none: the outer one does
  witness example;                   ///< `reached` is what the tile, or the dot product, sums to
};

/// The certificate of one row of `weights` ([MH, MW]), and one for each row. Throw `config_error` as `certify` does.
tiled_certificate certify_tiled(const integer_tensor& weights, std::int64_t channel, integer_type input,
                                std::int64_t tile);
std::vector<tiled_certificate> certify_tiled(const integer_tensor& weights, integer_type input, std::int64_t tile);

/// A witness for one channel; throws `config_error` where the certificate holds. An inner register that overflows is
/// shown first: the columns outside its tile are idle (0 where the type has it). An outer witness overflows only the
/// outer register, since no tile overflows on any input.
tiled_witness find_tiled_witness(const integer_tensor& weights, std::int64_t channel, integer_type input,
                                 const tiled_format& format);

}  // namespace spillway
