// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/paper_networks/network_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {

template <class Value>
void check_range(const char* name, Value value, Value low, Value high) {
  // Written so that a NaN is refused, too.
  if (!(value >= low && value <= high))
    throw config_error(fmt::format("{} = {}; right: {} to {}", name, value, low, high));
}

}  // namespace

void validate(const network_options& options) {
  check_range("width_multiplier", options.width_multiplier, 1.0 / 64, 8.0);
  check_range("weight_bits", options.weight_bits, 1, 16);
  check_range("activation_bits", options.activation_bits, 1, 16);
  check_range<std::int64_t>("image_height", options.image_height, 1, 4096);
  check_range<std::int64_t>("image_width", options.image_width, 1, 4096);
  check_range("calibration_images", options.calibration_images, 0, 1024);
}

std::int64_t scaled_channels(std::int64_t channels, const network_options& options) {
  const double scaled = std::floor(static_cast<double>(channels) * options.width_multiplier + 0.5);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(scaled));
}

}  // namespace spillway
