// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/paper_networks/espcn.h"

#include "spillway/models/paper_networks/image_network.h"

namespace spillway {

network espcn(const network_options& options) {
  validate(options);
  network_builder net = image_network("espcn", options);
  const activation_format hidden = relu_format(options.activation_bits);
  const auto layer = [&](std::int64_t channels, int bits, std::int64_t kernel) {
    weighted_layer result{scaled_channels(channels, options), bits, kernel, 1, kernel / 2};
    result.bias = true;
    return result;
  };
  network_builder::tensor x = net.quantize(net.relu(net.input()), pixel_format());
  x = net.conv_block(x, layer(64, 8, 5), hidden);
  x = net.conv_block(x, layer(64, options.weight_bits, 3), hidden);
  x = net.conv_block(x, layer(32, options.weight_bits, 3), relu_format(8));
  return finish_super_resolution(net, x, options);
}

}  // namespace spillway
