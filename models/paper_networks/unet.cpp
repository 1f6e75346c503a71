// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/paper_networks/unet.h"

#include <vector>

#include "spillway/models/paper_networks/image_network.h"

namespace spillway {

namespace {

using tensor = network_builder::tensor;

/// The bits of what differs at the ends of the network: its first weights, and the inputs of its last layer.
struct ends {
  int first_weights, last_activations;
};

tensor two_convolutions(network_builder& net, const tensor& x, std::int64_t channels, const ends& bits,
                        const network_options& options) {
  const tensor inner = net.conv_block(x, {channels, bits.first_weights, 3, 1, 1}, relu_format(options.activation_bits));
  return net.conv_block(inner, {channels, options.weight_bits, 3, 1, 1}, relu_format(bits.last_activations));
}

}  // namespace

network unet(const network_options& options) {
  validate(options);
  check_image_multiple(options, 8);
  network_builder net = image_network("unet", options);
  const activation_format hidden = relu_format(options.activation_bits);
  const int bits = options.weight_bits;
  tensor x = net.quantize(net.input(), pixel_format());
  std::vector<tensor> skipped;
  for (const std::int64_t channels : {64, 128, 256}) {
    skipped.push_back(two_convolutions(net, x, scaled_channels(channels, options),
                                       {skipped.empty() ? 8 : bits, hidden.bits}, options));
    x = net.max_pool(skipped.back(), 2);
  }
  x = two_convolutions(net, x, scaled_channels(512, options), {bits, hidden.bits}, options);
  for (; !skipped.empty(); skipped.pop_back()) {
    const std::int64_t channels = net.channels(skipped.back());
    // `hidden` is the quantizer of what is skipped: one scale, and the sum is one of integers.
    x = net.conv_block(net.upsample(x, 2), {channels, bits, 3, 1, 1}, hidden);
    x = net.quantize(net.add(x, skipped.back()), relu_format(options.activation_bits, 4));
    x = two_convolutions(net, x, channels, {bits, skipped.size() == 1 ? 8 : hidden.bits}, options);
  }
  return finish_super_resolution(net, x, options);
}

}  // namespace spillway
