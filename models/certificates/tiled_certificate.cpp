// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/certificates/tiled_certificate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {
namespace {

/// Columns [first, first + count) of one row, as a layer of its own.
integer_tensor columns_of(const integer_tensor& weights, std::int64_t channel, std::int64_t first, std::int64_t count) {
  integer_tensor part{weights.type, {1, count}, {}};
  const std::int64_t* from = weights.at(channel * weights.shape[1] + first);
  part.words.assign(from, from + count * weights.type.words());
  return part;
}

void require_tile(std::int64_t tile) {
  if (tile < 1) throw config_error(fmt::format("tile = {} is below 1; nearest: 1", tile));
}

}  // namespace

std::string to_string(const tiled_format& format) {
  return fmt::format("{}x{}:{}", format.inner_bits, format.tile, format.outer_bits);
}

tiled_format parse_tiled_format(const std::string& text) {
  tiled_format format;
  const char *at = text.data(), *end = text.data() + text.size();
  const auto number = [&](auto& value, char next) {
    const auto [stop, failure] = std::from_chars(at, end, value);
    const bool last = next == '\0';
    if (failure != std::errc{} || (last ? stop != end : stop == end || *stop != next))
      throw config_error(
          fmt::format("tiled accumulator {} is no P_IxT:P_O; right: for instance 12x64:16, tiles of 64 in 12 bits, "
                      "summed in 16",
                      printable(text)));
    at = last ? stop : stop + 1;
  };
  number(format.inner_bits, 'x');
  number(format.tile, ':');
  number(format.outer_bits, '\0');
  validate(format);
  return format;
}

void validate(const tiled_format& format) {
  for (const int bits : {format.inner_bits, format.outer_bits})
    if (bits < 1 || bits > integer_type::max_bits)
      throw config_error(fmt::format("tiled accumulator {}: {} bits; right: 1 to {}", to_string(format), bits,
                                     integer_type::max_bits));
  require_tile(format.tile);
}

std::string tiled_accumulator_key(const std::string& node) { return "spillway.tiled_accumulator." + node; }

int tiled_certificate::minimal_inner_bits() const {
  int bits = 1;
  for (const channel_certificate& tile : tiles) bits = std::max(bits, tile.minimal_bits());
  return bits;
}

bool tiled_certificate::holds(const tiled_format& format) const {
  return minimal_inner_bits() <= format.inner_bits && minimal_outer_bits() <= format.outer_bits;
}

tiled_certificate certify_tiled(const integer_tensor& weights, std::int64_t channel, integer_type input,
                                std::int64_t tile) {
  require_tile(tile);
  tiled_certificate result{channel, {}, certify(weights, channel, input)};
  const std::int64_t columns = weights.shape[1];
  for (std::int64_t first = 0; first < columns; first += std::min(tile, columns - first))
    result.tiles.push_back(certify(columns_of(weights, channel, first, std::min(tile, columns - first)), 0, input));
  return result;
}

std::vector<tiled_certificate> certify_tiled(const integer_tensor& weights, integer_type input, std::int64_t tile) {
  std::vector<tiled_certificate> result;
  if (weights.shape.size() != 2) certify(weights, 0, input);  // says what is wrong
  for (std::int64_t channel = 0; channel < weights.shape[0]; ++channel)
    result.push_back(certify_tiled(weights, channel, input, tile));
  return result;
}

tiled_witness find_tiled_witness(const integer_tensor& weights, std::int64_t channel, integer_type input,
                                 const tiled_format& format) {
  validate(format);
  const tiled_certificate certificate = certify_tiled(weights, channel, input, format.tile);
  if (certificate.holds(format))
    throw config_error(
        fmt::format("channel {}: no input overflows {}; the certificate holds", channel, to_string(format)));
  tiled_witness result;
  for (std::size_t t = 0; t < certificate.tiles.size(); ++t) {
    if (certificate.tiles[t].holds(format.inner_bits)) continue;
    // A row that is 0 outside the tile: find_witness leaves those columns idle.
    const std::int64_t first = static_cast<std::int64_t>(t) * format.tile, words = weights.type.words();
    integer_tensor row = columns_of(weights, channel, 0, weights.shape[1]);
    const std::int64_t last = std::min(first + format.tile, weights.shape[1]);
    std::fill(row.words.begin(), row.words.begin() + first * words, 0);
    std::fill(row.words.begin() + last * words, row.words.end(), 0);
    result.tile = static_cast<std::int64_t>(t);
    result.example = find_witness(row, 0, input, format.inner_bits);
    result.example.channel = channel;
    return result;
  }
  result.example = find_witness(weights, channel, input, format.outer_bits);
  return result;
}

}  // namespace spillway
