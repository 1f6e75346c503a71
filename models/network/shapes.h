// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/network/network.h"

namespace spillway {

/// The dimensions of a tensor, the batch first.
using tensor_shape = std::vector<std::int64_t>;

/// The greatest kernel, stride, dilation or padding of a window: 2^30.
inline constexpr std::int64_t most_window = std::int64_t{1} << 30;

/// "[1, 3, 28, 28]", for messages.
std::string text(const tensor_shape& shape);

/// Elements of a shape. Throws `input_error`, naming `what`, for a dimension below 1 or more than 2^31 elements.
std::int64_t elements(const tensor_shape& shape, const std::string& what);

/// The shape that two broadcast to, as numpy does. Throws `input_error`, naming the node, if they don't.
tensor_shape broadcast(const tensor_shape& a, const tensor_shape& b, const std::string& node);

/// For each element of a tensor of `shape` transposed by `permutation`, the index of the element that it was.
std::vector<std::int64_t> transposed_indices(const tensor_shape& shape, const std::vector<std::int64_t>& permutation);

/// For each element that select_op takes of a tensor of `shape`, the index of the element that it was.
std::vector<std::int64_t> selected_indices(const tensor_shape& shape,
                                           const std::vector<std::vector<std::int64_t>>& indices);

/// For each element of `shape`, in order, the index of the element of a tensor of shape `from` that broadcasts to it.
class broadcast_index {
 public:
  /// `from` must broadcast to `shape`.
  broadcast_index(const tensor_shape& from, const tensor_shape& shape);

  /// The index for the next element.
  std::size_t next() {
    const std::int64_t result = m_index;
    for (std::size_t d = m_shape.size(); d-- > 0;) {
      m_index += m_step[d];
      if (++m_position[d] < m_shape[d]) break;
      m_index -= m_step[d] * m_shape[d];
      m_position[d] = 0;
    }
    return static_cast<std::size_t>(result);
  }

 private:
  tensor_shape m_shape, m_step, m_position;
  std::int64_t m_index = 0;
};

/// The shape of a node's output. Throws `input_error`, naming the node, if the inputs' shapes (or their number) don't
/// fit the operator.
tensor_shape output_shape(const network_node& node, std::span<const tensor_shape> inputs);

/// The shape of every tensor of the graph. Throws `input_error` where an operator can't take its inputs, and for
/// tensors that nobody makes, that are made twice, or that are read before they are made.
std::map<std::string, tensor_shape> infer_shapes(const network& net);

}  // namespace spillway
