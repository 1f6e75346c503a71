// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/paper_networks/mobilenet_v1.h"

#include "spillway/models/paper_networks/image_network.h"

namespace spillway {

namespace {

struct block {
  std::int64_t channels, stride;
};

constexpr block blocks[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                            {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 1}, {1024, 1}};

}  // namespace

network mobilenet_v1_cifar10(const network_options& options) {
  validate(options);
  check_image_multiple(options, 32);
  network_builder net = image_network("mobilenet_v1_cifar10", options);
  const activation_format hidden = relu_format(options.activation_bits);
  network_builder::tensor x = net.quantize(net.input(), pixel_format());
  x = net.conv_block(x, {scaled_channels(32, options), 8, 3, 2, 1}, hidden);
  for (const block& b : blocks) {
    const std::int64_t before = net.channels(x);
    x = net.conv_block(x, {before, options.weight_bits, 3, b.stride, 1, true}, hidden);
    // The last layer has an input of 8 bits: no more are lost before the pool.
    const bool last = &b == std::end(blocks) - 1;
    x = net.conv_block(x, {scaled_channels(b.channels, options), options.weight_bits}, last ? relu_format(8) : hidden);
  }
  x = net.quantize(net.average_pool(x, 2), relu_format(8));
  return finish_classifier(net, x, options);
}

}  // namespace spillway
