// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "models/network.h"
#include "models/network_shapes.h"

namespace onnx {
class NodeProto;
}

namespace spillway {

/// What an operator needs to know of the tensors around it.
struct tensor_lookup {
  std::function<const float_tensor*(const std::string&)> constant;  ///< of an initializer or Constant, else null
  std::function<const tensor_shape&(const std::string&)> shape;     ///< of any tensor made so far; throws
};

/// How the reader takes a kind of operator.
enum class node_kind : unsigned char { operation, constant, identity };

/// Throws `input_error`, naming the node and the nearest operator, for a domain and operator that can't be taken.
node_kind kind_of(const onnx::NodeProto& node, const std::string& name);

/// The operator of a node of kind `operation`, and those of its inputs that stay tensors of the graph (a Quant's scale
/// becomes part of the operator).
struct read_operation {
  network_op op;
  std::vector<std::string> inputs;
};

/// Throws `input_error`, naming the node, for attributes that are unknown or illegal, and parameters that the graph
/// computes.
read_operation read_node(const onnx::NodeProto& node, const std::string& name, const tensor_lookup& lookup);

/// The value of a Constant node.
float_tensor read_constant_node(const onnx::NodeProto& node, const std::string& name);

}  // namespace spillway
