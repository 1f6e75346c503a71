// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <numeric>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/support/error.h"

namespace spillway {

witness find_witness(const integer_tensor& weights, std::int64_t channel, integer_type input, int bits) {
  if (bits < 1) throw config_error(fmt::format("accumulator: P = {} is below 1; nearest: 1", bits));
  const channel_certificate certificate = certify(weights, channel, input);
  if (certificate.holds(bits))
    throw config_error(fmt::format("channel {}: no input overflows {} bits; the certificate holds from {} on", channel,
                                   bits, certificate.minimal_bits()));
  const bool upper = bits < bits_for(0, certificate.high, true);
  const std::int64_t columns = weights.shape[1];
  const auto words = static_cast<std::size_t>(weights.type.words());
  const auto input_words = static_cast<std::size_t>(input.words());
  const big_int least = min_value(input), greatest = max_value(input);
  // A weight of 0 gets the input that says least: 0, where the type has it.
  const big_int idle = input.is_bipolar ? 1 : 0;
  witness result;
  result.channel = channel;
  result.input.resize(static_cast<std::size_t>(columns) * input_words);
  for (std::int64_t k = 0; k < columns; ++k) {
    const big_int w = load({weights.at(channel * columns + k), words}, weights.type);
    const big_int& value = w == 0 ? idle : (w > 0) == upper ? greatest : least;
    store(value, input, std::span(result.input).subspan(static_cast<std::size_t>(k) * input_words, input_words));
  }
  result.order.resize(static_cast<std::size_t>(columns));
  std::iota(result.order.begin(), result.order.end(), std::int64_t{0});
  result.reached = upper ? certificate.high : certificate.low;
  return result;
}

}  // namespace spillway
