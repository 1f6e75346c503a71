// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/paper_networks/cnv.h"
#include "spillway/models/paper_networks/espcn.h"
#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/models/paper_networks/unet.h"

namespace spillway::testing {

struct described_network {
  const char* name;
  network (*make)(const network_options&);
};

/// Every description of models/paper_networks/, for what holds of all of them.
inline const std::vector<described_network>& all_descriptions() {
  static const std::vector<described_network> all = {{"mobilenet_v1_cifar10", mobilenet_v1_cifar10},
                                                     {"resnet18_cifar10", resnet18_cifar10},
                                                     {"espcn", espcn},
                                                     {"unet", unet},
                                                     {"cnv", cnv}};
  return all;
}

/// A network of few channels that is not calibrated, for what takes time.
inline network_options small_options() {
  network_options options;
  options.width_multiplier = 0.125;
  options.calibration_images = 0;
  return options;
}

/// The node that makes each tensor.
inline std::map<std::string, const network_node*> makers(const network& net) {
  std::map<std::string, const network_node*> result;
  for (const network_node& node : net.nodes) result[node.output] = &node;
  return result;
}

template <class Op>
std::vector<const network_node*> nodes_of(const network& net) {
  std::vector<const network_node*> result;
  for (const network_node& node : net.nodes)
    if (std::holds_alternative<Op>(node.op)) result.push_back(&node);
  return result;
}

}  // namespace spillway::testing
