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

void check_match(const integer_network& net, const dataset& data) {
  const std::int64_t columns = net.input_info().shape.elements();
  if (data.inputs.shape.size() != 2 || data.features() != columns)
    throw config_error(fmt::format("{} has frames of {} features, but the network {} takes {}", data.name,
                                   data.inputs.shape.size() == 2 ? data.features() : 0, net.name, columns));
  const integer_type raw = data.inputs.type;
  if (raw != unsigned_type(1) && raw != unsigned_type(8))
    throw config_error(fmt::format("{} holds {}; UINT1 or UINT8 is right", data.name, to_string(raw)));
  if (!holds_only_values(data.inputs))
    throw config_error(fmt::format("{} has inputs that are no values of {}", data.name, to_string(raw)));
  if (raw == unsigned_type(8) && net.input.type.bits == 1)
    throw config_error(fmt::format("{} has 8-bit pixels, but the network {} takes {}: a threshold must make them "
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
  check_match(net, data);
  check_quantizer(net.input);
  const auto levels = quantized_levels(net.input, data.inputs.type);
  integer_tensor result = std::move(data.inputs);
  data.inputs = {};
  result.type = net.input.type;
  const int words = result.type.words();
  if (words == 1) {
    for (std::int64_t& word : result.words) word = levels[static_cast<std::size_t>(word)];
    return result;
  }
  std::vector<std::int64_t> wide;
  wide.reserve(result.words.size() * static_cast<std::size_t>(words));
  for (const std::int64_t raw : result.words) {
    const std::int64_t value = levels[static_cast<std::size_t>(raw)];
    wide.push_back(value);
    wide.insert(wide.end(), static_cast<std::size_t>(words - 1), value < 0 ? -1 : 0);
  }
  result.words = std::move(wide);
  return result;
}

integer_tensor quantize_dataset(const integer_network& net, const dataset& data) {
  return quantize_dataset(net, dataset(data));
}

}  // namespace spillway
