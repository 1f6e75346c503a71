// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/resource/resources.h"

namespace spillway {

/// A whole accelerator: what Spillway's own model says of it, and what synthesis counted.
struct measured_network {
  std::string name;
  resources modelled, counted;
};

/// The networks among measured_points.
std::vector<measured_network> measured_networks(const std::string& folder, const std::string& list);

}  // namespace spillway
