// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/integer_network/value_chain.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/streamline/constants.h"
#include "spillway/models/support/error.h"

namespace spillway {

/// A float tensor of the file that the input decides: integers of the hardware, what they stand for, and where each
/// element of the tensor is among them. On the host (before the input's quantizer) there are no integers yet.
struct tensor_flow {
  int value = -1;      ///< of the integer network; -1: on the host
  value_chain chain;   ///< not on the host
  tensor_shape shape;  ///< in the file, batch first
  /// For each element of a frame, in the file's order: its element in [height, width, channels] of the value; on the
  /// host, its element in the network's input.
  std::shared_ptr<const std::vector<std::int64_t>> places;

  // The host's part. What it computes beyond steps is `computed`, a tensor of the file, and then "the network's input"
  // is that tensor; empty: the file's input.
  std::string computed;
  std::vector<input_step> steps;  ///< values are one, or one an element of the network's input

  bool on_host() const { return value < 0; }
  std::int64_t size() const { return static_cast<std::int64_t>(places->size()); }
};

using place_list = std::shared_ptr<const std::vector<std::int64_t>>;

/// 0, 1, ..., count - 1.
place_list places_in_order(std::int64_t count);

/// Where [channels, height, width] in the file lies in [height, width, channels].
place_list places_channels_first(const frame_shape& frame);

/// Where the channels of the file's [n, channels, height, width] are among those of the frame, if the tensor is such an
/// image, or [n, channels] of a frame of one position, and has each channel of the frame once; empty: it is not.
std::vector<std::int64_t> channel_order(const tensor_flow& flow, const frame_shape& frame);

/// The places of an image of that frame whose channels are in this order.
place_list places_channels_first(const frame_shape& frame, const std::vector<std::int64_t>& order);

/// True if the file's tensor is [n, channels, height, width] of the frame.
bool is_channels_first(const tensor_flow& flow, const frame_shape& frame);

/// A constant has several values for elements of one channel of the hardware.
class differs_within_channel : public input_error {
 public:
  using input_error::input_error;
};

/// A constant that broadcasts to the flow's shape, as the `channels` of its integers have it. Throws `input_error`,
/// naming the node, if it would widen the tensor, and `differs_within_channel`.
channel_values per_channel(const tensor_flow& flow, std::int64_t channels, const tensor_shape& shape,
                           const std::vector<bracket>& values, const std::string& node, const char* what);

/// `per_channel` for the host's steps: one value, or one an element of the network's input. Not finite or no float32:
/// `input_error`.
std::vector<float> per_input(const tensor_flow& flow, const tensor_shape& shape, const std::vector<bracket>& values,
                             const std::string& node);

/// Elements joined along a dimension: `parts` are flows of one frame height and width, `first` the first channel of
/// each among `channels`. The places of the whole.
place_list joined_places(const std::vector<const tensor_flow*>& parts, const std::vector<std::int64_t>& part_channels,
                         std::int64_t axis);

}  // namespace spillway
