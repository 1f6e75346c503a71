// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/onnx/constant.h"
#include "spillway/models/onnx/node_reader.h"
#include "spillway/models/onnx/qcdq.h"

namespace onnx {
class GraphProto;
}

namespace spillway {

/// Turns one graph into a network, node by node. Not installed.
class graph_reader {
 public:
  graph_reader(const onnx::GraphProto& graph, std::int64_t opset);

  /// The network of the graph. It may be called once.
  network read();

 private:
  // What is read before the nodes.
  void name_nodes();
  void order_nodes();
  void read_annotations();
  void read_initializers();
  void read_input();
  void find_makers();

  // Tensors, by name.
  const std::string& resolve(const std::string& name) const;
  const tensor_shape& shape_of(const std::string& tensor, const std::string& node) const;
  const graph_constant* constant_of(const std::string& tensor);
  void add_constant(const std::string& name, graph_constant value);
  std::string unused_name(const std::string& wish, std::set<std::string>& taken);

  // What a node of the file becomes.
  void add_node(int index);
  int output_of(const onnx::NodeProto& node, const std::string& name) const;
  void add_split(const onnx::NodeProto& proto, const std::string& name);
  bool add_integers(node_reader& reader, const std::string& output);
  void add_alias(node_reader& reader, const std::string& output);
  void add_dequantize(node_reader& reader, const std::string& output);
  std::string negative_of(const node_reader& reader, const std::string& tensor);
  void add_operation(const node_reader& reader, read_operation read, const std::string& output);
  std::string laid_out(const node_reader& reader, std::string tensor, const layout_steps& steps);
  std::string operand_of(const std::string& output, float_tensor values);
  void add_affine(node_reader& reader, const std::string& input, const std::string& output);

  // FINN's dialect (models/onnx/graph_finn.cpp).
  void quantize_input(network_op quantizer);
  std::string quantized_weights(const std::string& tensor);
  void quantize_weights(const node_reader& reader, read_operation& read);
  void add_columns(node_reader& reader, const std::string& output);
  bool add_product_of_columns(node_reader& reader, const std::string& output);
  void add_agreements(node_reader& reader, const std::string& output);
  void check_batch(const network_node& node) const;
  void add_network_node(network_node node);

  // What is read after the nodes.
  void read_outputs();
  std::string read_output(const std::string& name);
  std::string join_outputs(const std::vector<std::string>& tensors);
  std::string before_functions(std::string tensor);
  void keep_operands();
  void note_roundings();

  const onnx::GraphProto& m_graph;
  network m_net;
  tensor_lookup m_lookup;
  std::vector<std::string> m_names;  ///< of the nodes
  std::set<std::string> m_node_names, m_tensor_names;
  std::map<std::string, int> m_suffixes;  ///< from which on to look for an unused name
  std::map<std::string, std::size_t> m_makers;
  std::set<std::string> m_wanted;  ///< what some node or the graph's output reads
  std::map<std::string, tensor_shape> m_shapes;
  std::map<std::string, std::string> m_aliases;
  std::vector<int> m_order;                         ///< of the nodes, such that none reads what is made later
  std::map<std::string, std::string> m_finn_types;  ///< the file's finn_datatype of a tensor
  std::map<std::string, std::string> m_quantized;   ///< annotated constants, behind their quantizers
  std::map<std::string, window_columns> m_columns;  ///< between Im2Col and product
  std::map<std::string, graph_constant> m_constants;
  std::map<std::string, linear_levels> m_levels;  ///< integers between QuantizeLinear and DequantizeLinear
  std::set<std::string> m_fixed;                  ///< tensors that only constants decide
  std::set<std::string> m_propagated;             ///< constants that the file computes
  std::set<std::string> m_parameters;             ///< constants that became part of something else
  std::set<std::string> m_read;                   ///< tensors that stay an operator's input
  std::int64_t m_budget = std::int64_t{1} << 26;  ///< of `propagate`
};

}  // namespace spillway
