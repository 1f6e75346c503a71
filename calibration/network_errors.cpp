// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/network_errors.h"

#include "spillway/calibration/errors.h"
#include "spillway/resource/spillway_model.h"

namespace spillway {

std::vector<measured_network> measured_networks(const std::string& folder, const std::string& list) {
  std::vector<measured_network> networks;
  for (const measured_point& of : measured_points(folder, list)) {
    const auto* flow = std::get_if<dataflow>(&of.point.what);
    if (flow) networks.push_back({of.point.name, spillway_cost(*flow).used, of.counted});
  }
  return networks;
}

}  // namespace spillway
