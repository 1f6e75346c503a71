// SPDX-License-Identifier: Apache-2.0
#include "calibration/network_errors.h"

#include <map>

#include "calibration/synthesis.h"
#include "resource/spillway_model.h"

namespace spillway {

std::vector<measured_network> measured_networks(const std::string& list, const std::string& results) {
  std::vector<measured_network> networks;
  const auto stored = read_results(results);
  if (!stored) return networks;
  std::map<std::string, const synthesis_result*> by_spec;
  for (const synthesis_result& result : stored->results) by_spec[result.spec] = &result;
  for (const synthesis_point& point : read_points(list)) {
    const auto found = by_spec.find(point.spec);
    const auto* flow = std::get_if<dataflow>(&point.what);
    if (found == by_spec.end() || flow == nullptr) continue;
    resources modelled;
    for (const unit_cost& unit : spillway_cost(*flow).units) modelled += unit.used;
    networks.push_back({point.name, modelled, found->second->counted});
  }
  return networks;
}

}  // namespace spillway
