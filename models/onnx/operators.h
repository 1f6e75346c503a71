// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onnx {
class NodeProto;
}

namespace spillway {

/// How the reader takes a kind of operator.
enum class node_kind : unsigned char {
  operation,   ///< an operator of the network, or propagated if constants decide it
  propagated,  ///< only if constants (or shapes) decide it
  constant,    ///< Constant
  same,        ///< its output is its input: Identity, Dropout, Cast
  quantize,    ///< QuantizeLinear: the first part of a quantizer
  dequantize,  ///< DequantizeLinear: the last part, or an integer constant's scale
  windows,     ///< Im2Col: the first part of a convolution
  agreements,  ///< XnorPopcountMatMul
};

/// Throws `input_error`, naming the node and the nearest operator, for a domain and operator that can't be taken.
node_kind node_kind_of(const onnx::NodeProto& node, const std::string& name);

/// Every operator that can be taken somewhere: domain (empty: ONNX's own) and name.
std::vector<std::pair<std::string_view, std::string_view>> known_operators();

/// True for what can be taken as it is, without a body that the file may have of it.
bool is_known_operator(const onnx::NodeProto& node);

}  // namespace spillway
