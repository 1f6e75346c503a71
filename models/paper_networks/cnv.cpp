// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/paper_networks/cnv.h"

#include "spillway/models/paper_networks/image_network.h"

namespace spillway {

network cnv(const network_options& options) {
  validate(options);
  network_builder net = image_network("cnv", options);
  const activation_format hidden = signed_format(options.activation_bits);
  const int bits = options.weight_bits;
  network_builder::tensor x = net.quantize(net.scale_and_shift(net.input(), 2, -1), {8, true, false, 1.0F / 128});
  for (const std::int64_t channels : {64, 128, 256}) {
    if (channels > 64) x = net.max_pool(x, 2);
    for (int i = 0; i < 2; ++i)
      x = net.quantize(net.batch_norm(net.conv(x, {scaled_channels(channels, options), bits, 3})), hidden);
  }
  x = net.flatten(x);
  for (int i = 0; i < 2; ++i)
    x = net.quantize(net.batch_norm(net.linear(x, {scaled_channels(512, options), bits})), hidden);
  return finish_network(net, net.linear(x, {10, bits}), options);
}

}  // namespace spillway
