// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/network/real_tensor.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// One of several outputs, whose elements stand behind those of the others.
struct file_output_part {
  std::string name;
  std::vector<std::int64_t> shape;  ///< of one frame, without the batch
  std::int64_t first = 0, size = 0;
};

/// A file's output as the integers of a network make it.
struct file_output {
  std::string tensor;                ///< its name in the file
  std::vector<std::int64_t> shape;   ///< of one frame, without the batch; empty: one number
  std::vector<std::int64_t> places;  ///< for each element of `shape`, that of the network's [height, width, channels]
  std::vector<file_output_part> parts = {};  ///< where the file has several outputs: those, of which this has all
  std::int64_t frame_elements = 0;  ///< of the network's output: the file may have some of them, or several times
};

/// What a network or an accelerator sends, whole frames [height, width, channels] one after the other, as the file has
/// it: [frames, shape...].
integer_tensor in_file_order(const file_output& of, const integer_tensor& outputs);

/// Numbers of the channels (`integer_network::output_scale`, for instance) as the elements of the file's output have
/// them: `file = in_file_order(outputs) * scale + bias`, as NumPy broadcasts. Dimensions along which all are alike
/// are 1.
double_tensor in_file_order(const file_output& of, std::span<const double> of_channels);

/// One of several outputs as an output of its own, and what it is of those of all, `in_file_order`.
file_output output_of(const file_output& all, const file_output_part& part);
integer_tensor part_of(const integer_tensor& in_file_order, const file_output_part& part);

}  // namespace spillway
