// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/paper_networks/resnet18.h"

#include "spillway/models/paper_networks/image_network.h"

namespace spillway {

namespace {

using tensor = network_builder::tensor;

/// Two convolutions, and the input around them.
tensor residual_block(network_builder& net, const tensor& x, std::int64_t channels, std::int64_t stride,
                      const network_options& options, const activation_format& after) {
  const int bits = options.weight_bits;
  const activation_format branch = signed_format(options.activation_bits);
  const tensor inner = net.conv_block(x, {channels, bits, 3, stride, 1}, relu_format(options.activation_bits));
  const tensor main = net.quantize(net.batch_norm(net.conv(inner, {channels, bits, 3, 1, 1})), branch);
  const bool same = stride == 1 && net.channels(x) == channels;
  const tensor shortcut = net.quantize(same ? x : net.batch_norm(net.conv(x, {channels, bits, 1, stride})), branch);
  return net.quantize(net.relu(net.add(main, shortcut)), after);
}

}  // namespace

network resnet18_cifar10(const network_options& options) {
  validate(options);
  check_signed_activations(options, "ResNet18");
  network_builder net = image_network("resnet18_cifar10", options);
  // The sum of two branches has about sqrt(2) of their deviation.
  const activation_format hidden = relu_format(options.activation_bits, 4);
  tensor x = net.quantize(net.input(), pixel_format());
  x = net.conv_block(x, {scaled_channels(64, options), 8, 3, 1, 1}, relu_format(options.activation_bits));
  for (const std::int64_t channels : {64, 128, 256, 512})
    for (const bool first : {true, false})
      x = residual_block(net, x, scaled_channels(channels, options), first && channels > 64 ? 2 : 1, options, hidden);
  x = net.quantize(net.global_average_pool(x), relu_format(8));
  return finish_classifier(net, x, options);
}

}  // namespace spillway
