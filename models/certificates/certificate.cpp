// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/certificates/certificate.h"

#include <fmt/format.h>

#include <algorithm>

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

/// A row's norms in 128 bits, which hold the sums of 2^63 narrow weights.
signed_sums sum_narrow_row(const integer_tensor& weights, std::int64_t channel) {
  const std::int64_t columns = weights.shape[1];
  detail::uint128 positive = 0, negative = 0;
  for (std::int64_t k = 0; k < columns; ++k) {
    const std::int64_t w = weights.words[static_cast<std::size_t>(channel * columns + k)];
    (w > 0 ? positive : negative) += w < 0 ? -static_cast<std::uint64_t>(w) : static_cast<std::uint64_t>(w);
  }
  const auto widen = [](detail::uint128 sum) -> big_int {
    return (big_int(static_cast<std::uint64_t>(sum >> 64)) << 64) + static_cast<std::uint64_t>(sum);
  };
  return {widen(positive), widen(negative)};
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
  const signed_sums sums = weights.type.fits_int64() ? sum_narrow_row(weights, channel) : sum_row(weights, channel);
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
