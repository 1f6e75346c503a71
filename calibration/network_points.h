// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/paper_networks/network_options.h"

namespace spillway {

/// A whole accelerator to synthesise: a described network with generated weights, folded for a frame rate.
struct network_point {
  std::string network;  ///< cnv, mobilenet_v1, resnet18, espcn or unet
  network_options sizes;
  std::int64_t cycles = 1;  ///< a frame, at most
  accumulator_format accumulator;
  int stream_depth = 2;  ///< beats
};

/// Its dataflow. Throws `input_error` for a network that is not known, and whatever lowering refuses.
dataflow accelerator_of(const network_point& point);

}  // namespace spillway
