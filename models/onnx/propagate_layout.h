// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "spillway/models/onnx/constant.h"
#include "spillway/models/onnx/node_reader.h"

// Constants that other constants, or shapes, are rearranged to. Not installed.

namespace spillway {

/// Takes `count` elements out of the budget of propagate_constants.h.
void spend(const node_reader& reader, std::int64_t count, std::int64_t& budget);

/// A Shape node: its input's dimensions; the batch is the one that the network is read with.
graph_constant shape_constant(node_reader& reader);

/// What a Slice takes, dimension after dimension: the indices of each, as it is when its turn comes. Attributes before
/// opset 10, inputs since.
struct slice_of_dimension {
  std::size_t axis = 0;
  std::vector<std::int64_t> along;
};
std::vector<slice_of_dimension> read_slices(node_reader& reader, const tensor_shape& from);

/// What an Expand or a Tile takes of each dimension of `from`, which gets leading dimensions of 1 if it has fewer.
std::vector<std::vector<std::int64_t>> read_repeats(node_reader& reader, tensor_shape& from);

/// True if `propagate_layout` knows the operator.
bool is_layout(std::string_view type);

/// The constant that a node of layout makes of constants, of which `x` is the first.
graph_constant propagate_layout(node_reader& reader, const graph_constant& x, std::int64_t& budget);

}  // namespace spillway
