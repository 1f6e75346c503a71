// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "spillway/models/network/network.h"
#include "spillway/models/streamline/flow.h"

namespace spillway {

/// The frame of the hardware in which a tensor of the file enters it, and where its elements are there.
struct input_frame {
  frame_shape shape;
  place_list places;
};

/// The frame of `tensor` as the first operator behind it takes it that tells channels from positions: [n, channels,
/// height, width] and [n, channels, length] of convolutions and pools, [n, ..., channels] of products. Where none does,
/// four dimensions are [n, channels, height, width], and all others are flat.
input_frame frame_for(const network& net, const std::map<std::string, tensor_shape>& shapes, const std::string& tensor);

}  // namespace spillway
