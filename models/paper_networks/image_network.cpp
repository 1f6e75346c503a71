// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/paper_networks/image_network.h"

#include <fmt/format.h>

#include <utility>

#include "spillway/models/paper_networks/activation_ranges.h"
#include "spillway/models/support/error.h"

namespace spillway {

network_builder image_network(std::string name, const network_options& options) {
  return {std::move(name), {1, 3, options.image_height, options.image_width}, options.seed};
}

activation_format pixel_format() { return {8, false, false, 1.0F / 255}; }

void check_image_multiple(const network_options& options, std::int64_t n) {
  for (const auto& [name, size] :
       {std::pair{"image_height", options.image_height}, std::pair{"image_width", options.image_width}})
    if (size % n != 0) {
      const std::int64_t below = size / n * n;
      throw config_error(fmt::format("{} = {} is no multiple of {}; nearest: {}{}", name, size, n,
                                     below > 0 ? fmt::format("{}, ", below) : "", below + n));
    }
}

void check_signed_activations(const network_options& options, const std::string& name) {
  if (options.activation_bits < 2)
    throw config_error(fmt::format("activation_bits = 1: {} has sums of signed activations; right: at least 2", name));
}

network finish_network(network_builder& net, const network_builder::tensor& x, const network_options& options) {
  network result = net.finish(x);
  if (options.calibration_images > 0)
    calibrate_batch_norms(result, generated_images(result.input_shape, options.calibration_images, options.seed + 1));
  return result;
}

network finish_classifier(network_builder& net, const network_builder::tensor& x, const network_options& options) {
  weighted_layer classifier{10, 8};
  classifier.bias = true;
  return finish_network(net, net.linear(net.flatten(x), classifier), options);
}

network finish_super_resolution(network_builder& net, const network_builder::tensor& x,
                                const network_options& options) {
  weighted_layer last{3, 8, 3, 1, 1};
  last.bias = true;
  return finish_network(net, net.quantize(net.relu(net.conv(net.upsample(x, 3), last)), relu_format(8, 6)), options);
}

}  // namespace spillway
