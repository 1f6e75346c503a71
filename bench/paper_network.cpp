// SPDX-License-Identifier: Apache-2.0
#include "spillway/bench/paper_network.h"

#include <fmt/format.h>

#include "spillway/models/paper_networks/cnv.h"
#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/models/paper_networks/tfc.h"
#include "spillway/models/support/error.h"

namespace spillway::bench {

network paper_network(const std::string& name) {
  network_options options;
  options.calibration_images = 0;
  if (name == "cnv") options.weight_bits = options.activation_bits = 1;
  if (name == "tfc") options.weight_bits = options.activation_bits = 2;
  if (name == "resnet18") return resnet18_cifar10(options);
  if (name == "mobilenet_v1") return mobilenet_v1_cifar10(options);
  if (name == "cnv") return cnv(options);
  if (name == "tfc") return tfc(options);
  throw config_error(fmt::format("{} is none of resnet18, mobilenet_v1, cnv, tfc", name));
}

}  // namespace spillway::bench
