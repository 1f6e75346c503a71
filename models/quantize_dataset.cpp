// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "models/big_int.h"
#include "models/dataset.h"
#include "models/error.h"

namespace spillway {
namespace {

bool holds_only_values(const integer_tensor& tensor) {
  const std::int64_t greatest = tensor.type.max64();
  return tensor.size() == static_cast<std::int64_t>(tensor.words.size()) &&
         std::all_of(tensor.words.begin(), tensor.words.end(),
                     [greatest](std::int64_t word) { return word >= 0 && word <= greatest; });
}

void check_features(const integer_network& net, const dataset& data) {
  const std::int64_t columns = net.input_info().shape.elements();
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
  if (raw == unsigned_type(8) && net.input.type.bits == 1)
    throw config_error(
        fmt::format("{} has 8-bit pixels, but the network {} takes {}: a threshold must make them "
                    "binary first; binary-mnist is MNIST made so",
                    data.name, net.name, to_string(net.input.type)));
}

void check_quantizer(const input_quantizer& input) {
  if (input.type.is_bipolar) return;
  if (input.low > input.high || min_value(input.type) > input.low || max_value(input.type) < input.high)
    throw config_error(fmt::format("the input's clamp {} to {} is no range of its type {}", input.low, input.high,
                                   to_string(input.type)));
  if (!std::isfinite(input.scale) || !(static_cast<float>(input.scale) > 0))
    throw config_error(fmt::format("the input's scale is {}; a float32 greater than 0 is right", input.scale));
}

/// What each raw value becomes.
std::array<std::int64_t, 256> quantized_levels(const input_quantizer& quantizer, integer_type raw) {
  std::array<std::int64_t, 256> levels{};
  const std::int64_t greatest = raw.max64();
  for (std::int64_t p = 0; p <= greatest; ++p)
    levels[static_cast<std::size_t>(p)] =
        quantizer.type.is_bipolar ? 2 * p - 1
                                  : quantize_input(quantizer, static_cast<float>(p) / static_cast<float>(greatest));
  return levels;
}

/// One word a value, whatever the type; the dataset gives its memory.
std::vector<std::int64_t> quantized_values(const integer_network& net, dataset& data) {
  if (data.reals) {
    std::vector<std::int64_t> values;
    values.reserve(data.reals->values.size());
    for (const float x : data.reals->values) values.push_back(quantize_input(net.input, x));
    data.reals.reset();
    return values;
  }
  check_raw_values(net, data);
  const auto levels = quantized_levels(net.input, data.inputs.type);
  std::vector<std::int64_t> values = std::move(data.inputs.words);
  for (std::int64_t& word : values) word = levels[static_cast<std::size_t>(word)];
  return values;
}

/// Frames of a dataset are [channels, height, width], as the file of a network takes them; those of an integer network
/// are [height, width, channels].
void put_channels_last(std::vector<std::int64_t>& values, const frame_shape& shape) {
  if (shape.channels == 1 || shape.positions() == 1) return;
  const auto channels = static_cast<std::size_t>(shape.channels),
             positions = static_cast<std::size_t>(shape.positions());
  std::vector<std::int64_t> frame(channels * positions);
  for (auto at = values.begin(); at != values.end(); at += static_cast<std::ptrdiff_t>(frame.size())) {
    std::copy_n(at, frame.size(), frame.begin());
    for (std::size_t i = 0; i < frame.size(); ++i)
      at[static_cast<std::ptrdiff_t>(i)] = frame[i % channels * positions + i / channels];
  }
}

}  // namespace

std::int64_t quantize_input(const input_quantizer& quantizer, float x) {
  if (quantizer.type.is_bipolar) return x >= 0 ? 1 : -1;
  const float shifted = x / static_cast<float>(quantizer.scale) + static_cast<float>(quantizer.zero_point);
  const double rounded = std::nearbyint(static_cast<double>(shifted));  // half to even
  // Bounds near 2^63 round up as doubles: what is not below `high` may not be cast.
  if (rounded >= static_cast<double>(quantizer.high)) return quantizer.high;
  if (rounded > static_cast<double>(quantizer.low)) return static_cast<std::int64_t>(rounded);
  return quantizer.low;
}

integer_tensor quantize_dataset(const integer_network& net, dataset&& data) {
  validate(net);
  check_features(net, data);
  check_quantizer(net.input);
  integer_tensor result;
  result.type = net.input.type;
  result.shape = {data.frames(), data.features()};
  std::vector<std::int64_t> values = quantized_values(net, data);
  data.inputs = {};
  put_channels_last(values, net.input_info().shape);
  const int words = result.type.words();
  if (words == 1) {
    result.words = std::move(values);
    return result;
  }
  result.words.reserve(values.size() * static_cast<std::size_t>(words));
  for (const std::int64_t value : values) {
    result.words.push_back(value);
    result.words.insert(result.words.end(), static_cast<std::size_t>(words - 1), value < 0 ? -1 : 0);
  }
  return result;
}

integer_tensor quantize_dataset(const integer_network& net, const dataset& data) {
  return quantize_dataset(net, dataset(data));
}

}  // namespace spillway
