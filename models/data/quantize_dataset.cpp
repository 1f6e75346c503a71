// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "spillway/models/data/dataset.h"
#include "spillway/models/integer_network/input_levels.h"
#include "spillway/models/network/network.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

bool holds_only_values(const integer_tensor& tensor) {
  const std::int64_t greatest = tensor.type.max64();
  return tensor.size() == static_cast<std::int64_t>(tensor.words.size()) &&
         std::all_of(tensor.words.begin(), tensor.words.end(),
                     [greatest](std::int64_t word) { return word >= 0 && word <= greatest; });
}

void check_features(const integer_network& net, const dataset& data) {
  const std::int64_t columns = file_features(net);
  const bool has_frames = data.reals ? data.reals->shape.size() >= 2 : data.inputs.shape.size() == 2;
  if (!has_frames || data.features() != columns)
    throw config_error(fmt::format("{} has frames of {} features, but the network {} takes {}", data.name,
                                   has_frames ? data.features() : 0, net.name, columns));
}

void check_raw_values(const integer_network& net, const dataset& data) {
  const integer_type raw = data.inputs.type;
  if (raw != unsigned_type(1) && raw != unsigned_type(8))
    throw config_error(fmt::format("{} holds {}; UINT1 or UINT8 is right", data.name, to_string(raw)));
  if (!holds_only_values(data.inputs))
    throw config_error(fmt::format("{} has inputs that are no values of {}", data.name, to_string(raw)));
  if (raw == unsigned_type(8) && net.input.type.bits == 1 && net.input.steps.empty() && !net.input.before)
    throw config_error(
        fmt::format("{} has 8-bit pixels, but the network {} takes {}: a threshold must make them "
                    "binary first; binary-mnist is MNIST made so",
                    data.name, net.name, to_string(net.input.type)));
}

/// What the host makes of whole frames of the file's input, a batch of the file at a time.
std::vector<float> after_host(const network& before, std::span<const float> reals, std::int64_t size) {
  const auto batch = static_cast<std::size_t>(size * before.input_shape[0]);
  const auto frames = static_cast<std::int64_t>(reals.size()) / size;
  std::vector<float> result;
  std::size_t made = 0;  // of a frame
  for (std::size_t at = 0; at < reals.size(); at += batch) {
    const std::size_t count = std::min(batch, reals.size() - at);
    float_tensor input{
        before.input_shape,
        {reals.begin() + static_cast<std::ptrdiff_t>(at), reals.begin() + static_cast<std::ptrdiff_t>(at + count)}};
    input.values.resize(batch, 0);
    const float_tensor output = evaluate(before, input);
    made = output.values.size() / static_cast<std::size_t>(before.input_shape[0]);
    result.insert(result.end(), output.values.begin(), output.values.end());
  }
  result.resize(made * static_cast<std::size_t>(frames));
  return result;
}

/// The real number that a raw value is.
float real_of(std::int64_t raw, integer_type type) {
  return static_cast<float>(raw) / static_cast<float>(type.max64());
}

/// Bits that nothing is computed with enter an input of signs as they are: 0 for -1, 1 for +1.
bool takes_bits_as_signs(const input_quantizer& quantizer, integer_type raw) {
  const bool is_sign_bit = quantizer.type == unsigned_type(1) && quantizer.rounding == rounding_mode::floor &&
                           quantizer.zero_point == 1;  // floor(x / scale + 1): 1 from 0 on
  return (quantizer.type.is_bipolar || is_sign_bit) && quantizer.steps.empty() && raw == unsigned_type(1);
}

/// Every element of the frames, in the hardware's order: `level_of(element of the data, channel)`.
template <class Level>
integer_tensor quantized(const integer_network& net, std::int64_t frames, Level&& level_of) {
  const frame_shape& shape = net.input_info().shape;
  const std::vector<std::int64_t>& order = net.input.order;
  const std::int64_t size = shape.elements(), channels = shape.channels, positions = shape.positions();
  integer_tensor result = integer_tensor::zeros(net.input.type, {frames * positions, channels});
  const int words = result.type.words();
  for (std::int64_t f = 0; f < frames; ++f)
    for (std::int64_t e = 0; e < size; ++e) {
      const std::int64_t from =
          order.empty() ? e % channels * positions + e / channels : order[static_cast<std::size_t>(e)];
      const std::int64_t level = level_of(f * size + from, e % channels);
      std::int64_t* to = result.at(f * size + e);
      *to = level;
      std::fill_n(to + 1, words - 1, level < 0 ? -1 : 0);
    }
  return result;
}

}  // namespace

bool takes_raw_values(const input_quantizer& quantizer, integer_type raw) {
  if (quantizer.scale != 1 || quantizer.zero_point != 0 || !quantizer.steps.empty() || quantizer.type.is_bipolar)
    return false;
  if (quantizer.type.bits == 1 && !quantizer.before) return false;  // the clamp would be a threshold by accident
  return raw == unsigned_type(8) ? quantizer.type == raw : raw != unsigned_type(1);
}

std::int64_t quantize_input(const input_quantizer& quantizer, float x, std::int64_t channel) {
  return input_levels(quantizer)(x, channel);
}

std::int64_t file_features(const integer_network& net) {
  if (!net.input.before) return net.input_info().shape.elements();
  return elements(net.input.before->input_shape, net.input.before->input) / net.input.before->input_shape.at(0);
}

integer_tensor quantize_reals(const integer_network& net, std::span<const float> reals) {
  validate(net);
  const std::int64_t size = file_features(net), count = static_cast<std::int64_t>(reals.size());
  if (count == 0 || count % size != 0)
    throw config_error(fmt::format("{} values are no whole number of frames of {}, which the network {} takes", count,
                                   size, net.name));
  std::vector<float> made;
  if (net.input.before) reals = made = after_host(*net.input.before, reals, size);
  input_levels levels(net.input);
  return quantized(net, count / size, [&](std::int64_t element, std::int64_t channel) {
    return levels(reals[static_cast<std::size_t>(element)], channel);
  });
}

integer_tensor quantize_dataset(const integer_network& net, const dataset& data) {
  validate(net);
  check_features(net, data);
  if (data.reals) return quantize_reals(net, data.reals->values);
  if (const integer_type type = data.inputs.type;
      type.fits_int64() && type != unsigned_type(1) && type != unsigned_type(8) && takes_raw_values(net.input, type))
    return quantize_reals(net, std::vector<float>(data.inputs.words.begin(), data.inputs.words.end()));
  check_raw_values(net, data);
  if (net.input.before) {
    std::vector<float> reals;
    for (const std::int64_t raw : data.inputs.words) reals.push_back(real_of(raw, data.inputs.type));
    return quantize_reals(net, reals);
  }
  input_levels levels(net.input);
  // All that a raw value can be, channel by channel.
  const integer_type raw = data.inputs.type;
  const std::int64_t values = raw.max64() + 1, channels = net.input_info().shape.channels;
  std::vector<std::int64_t> table;
  const bool as_signs = takes_bits_as_signs(net.input, raw), as_pixels = takes_raw_values(net.input, raw);
  const bool by_channel = levels.by_channel();
  const auto level_of = [&](std::int64_t p, std::int64_t channel) {
    if (as_signs) return net.input.type.is_bipolar ? 2 * p - 1 : p;
    return as_pixels ? p : levels(real_of(p, raw), channel);
  };
  for (std::int64_t c = 0; c < (by_channel ? channels : 1); ++c)
    for (std::int64_t p = 0; p < values; ++p) table.push_back(level_of(p, c));
  return quantized(net, data.frames(), [&](std::int64_t element, std::int64_t channel) {
    return table[static_cast<std::size_t>((by_channel ? channel * values : 0) + *data.inputs.at(element))];
  });
}

integer_tensor quantize_dataset(const integer_network& net, dataset&& data) {
  integer_tensor result = quantize_dataset(net, std::as_const(data));
  data.inputs = {};
  data.reals.reset();
  return result;
}

}  // namespace spillway
