// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/certificates/certificate.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "spillway/models/numbers/limb_int.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

/// S+ and S-: the sums of a row's positive weights and of the magnitudes of its negative ones.
struct signed_sums {
  big_int positive = 0, negative = 0;
};

signed_sums sum_row(const integer_tensor& weights, std::int64_t channel) {
  const std::int64_t columns = weights.shape[1];
  signed_sums sums;
  for (std::int64_t k = 0; k < columns; ++k) {
    const std::int64_t* element = weights.at(channel * columns + k);
    const big_int w = load({element, static_cast<std::size_t>(weights.type.words())}, weights.type);
    (w > 0 ? sums.positive : sums.negative) += abs(w);
  }
  return sums;
}

big_int widened(detail::uint128 sum) {
  return (big_int(static_cast<std::uint64_t>(sum >> 64)) << 64) + static_cast<std::uint64_t>(sum);
}

/// In 128 bits, which hold the sums of 2^63 weights of at most 64 bits.
signed_sums sum_narrow_row(std::span<const std::int64_t> row) {
  detail::uint128 positive = 0, negative = 0;
  for (const std::int64_t w : row)
    (w > 0 ? positive : negative) += w < 0 ? -static_cast<std::uint64_t>(w) : static_cast<std::uint64_t>(w);
  return {widened(positive), widened(negative)};
}

/// Of 2^32 weights of at most 31 bits, in 64.
signed_sums sum_small_row(std::span<const std::int64_t> row) {
  std::int64_t sum = 0, magnitudes = 0;
  for (const std::int64_t w : row) {
    sum += w;
    magnitudes += w < 0 ? -w : w;
  }
  return {(magnitudes + sum) / 2, (magnitudes - sum) / 2};
}

signed_sums sums_of(const integer_tensor& weights, std::int64_t channel) {
  if (!weights.type.fits_int64()) return sum_row(weights, channel);
  const auto columns = static_cast<std::size_t>(weights.shape[1]);
  const std::span<const std::int64_t> row{weights.at(channel * weights.shape[1]), columns};
  const bool is_small = weights.type.bits < 32 && columns < std::size_t{1} << 32;
  return is_small ? sum_small_row(row) : sum_narrow_row(row);
}

}  // namespace

int channel_certificate::minimal_bits() const { return bits_for(low, high, true); }

bool channel_certificate::holds(int bits) const { return bits >= minimal_bits(); }

channel_certificate certify(const integer_tensor& weights, std::int64_t channel, integer_type input,
                            bias_placement placement, const big_int& bias) {
  validate(input, "input type");
  if (weights.shape.size() != 2)
    throw config_error(fmt::format("weights: shape [{}] is not [MH, MW]", fmt::join(weights.shape, ", ")));
  if (static_cast<std::int64_t>(weights.words.size()) != weights.size() * weights.type.words())
    throw config_error(fmt::format("weights: shape [{}] of {} needs {} words, not {}", fmt::join(weights.shape, ", "),
                                   to_string(weights.type), weights.size() * weights.type.words(),
                                   weights.words.size()));
  if (channel < 0 || channel >= weights.shape[0])
    throw config_error(fmt::format("channel {} is outside 0 to {}", channel, weights.shape[0] - 1));
  const signed_sums sums = sums_of(weights, channel);
  // Every type has c <= 0 <= d as its ends. A bipolar product is never 0, but its two values lie on either side of
  // it, so that no partial sum leaves the sums of the minima and of the maxima.
  const big_int c = -min_value(input), d = max_value(input);
  channel_certificate result;
  result.channel = channel;
  result.high = d * sums.positive + c * sums.negative;
  result.low = -(c * sums.positive + d * sums.negative);
  result.l1_norm = sums.positive + sums.negative;
  if (placement == bias_placement::preloaded) {
    result.low += bias;
    result.high += bias;
  } else if (placement == bias_placement::at_the_end) {
    result.low += std::min(bias, big_int(0));
    result.high += std::max(bias, big_int(0));
  }
  return result;
}

std::vector<channel_certificate> certify(const integer_tensor& weights, integer_type input) {
  if (weights.shape.empty()) throw config_error("weights: the shape is empty, not [MH, MW]");
  std::vector<channel_certificate> result;
  result.reserve(static_cast<std::size_t>(weights.shape[0]));
  for (std::int64_t row = 0; row < weights.shape[0]; ++row) result.push_back(certify(weights, row, input));
  return result;
}

}  // namespace spillway
