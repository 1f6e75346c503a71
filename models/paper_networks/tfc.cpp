// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/paper_networks/tfc.h"

#include "spillway/models/paper_networks/image_network.h"

namespace spillway {

network tfc(const network_options& options) {
  validate(options);
  network_builder net("tfc", {1, 1, 28, 28}, options.seed);
  network_builder::tensor x = net.flatten(net.quantize(net.input(), pixel_format()));
  for (int layer = 0; layer < 3; ++layer) {
    const int weight_bits = layer == 0 ? 8 : options.weight_bits, bits = layer == 2 ? 8 : options.activation_bits;
    x = net.batch_norm(net.linear(x, {scaled_channels(64, options), weight_bits}));
    x = net.quantize(net.relu(x), relu_format(bits));
  }
  return finish_classifier(net, x, options);
}

}  // namespace spillway
