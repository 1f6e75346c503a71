// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "resource/resources.h"

namespace spillway {

/// A whole accelerator: what Spillway's own model says of it, and what synthesis counted.
struct measured_network {
  std::string name;
  resources modelled, counted;
};

/// The networks of a list that have a result; none if the file of results is not there. Throws as read_points and
/// read_results.
std::vector<measured_network> measured_networks(const std::string& list, const std::string& results);

}  // namespace spillway
