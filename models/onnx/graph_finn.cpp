// SPDX-License-Identifier: Apache-2.0
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <utility>

#include "spillway/models/onnx/finn_type.h"
#include "spillway/models/onnx/graph_reader.h"
#include "spillway/models/support/text.h"

// What FINN's dialect says by annotations, and operators of it that are more than one of ours.

namespace spillway {

/// The graph's input is integers: all who read it read the quantizer that leaves them as they are.
void graph_reader::quantize_input(network_op quantizer) {
  const std::string made = unused_name(m_net.input + "_integers", m_tensor_names);
  add_network_node({unused_name(m_net.input + "_type", m_node_names), std::move(quantizer), {m_net.input}, made});
  m_aliases[m_net.input] = made;
}

/// A constant whose annotation is an integer type, behind a quantizer that leaves it as it is; any other as it is.
std::string graph_reader::quantized_weights(const std::string& tensor) {
  const auto constant = m_constants.find(tensor);
  const auto type = m_finn_types.find(tensor);
  if (constant == m_constants.end() || type == m_finn_types.end()) return tensor;
  const std::optional<finn_type> parsed = parse_finn_type(type->second);
  if (parsed && parsed->is == finn_type::kind::real) return tensor;
  const auto [made, is_new] = m_quantized.emplace(tensor, "");
  if (!is_new) return made->second;
  network_op quantizer = quantizer_of(constant->second, type->second, "constant " + tensor);
  made->second = unused_name(tensor + "_integers", m_tensor_names);
  add_network_node({unused_name(tensor + "_type", m_node_names), std::move(quantizer), {tensor}, made->second});
  return made->second;
}

/// The weights of a product are what their annotation says.
void graph_reader::quantize_weights(const node_reader&, read_operation& read) {
  const bool is_product = std::holds_alternative<matmul_op>(read.op) || std::holds_alternative<gemm_op>(read.op) ||
                          std::holds_alternative<conv_op>(read.op) ||
                          std::holds_alternative<conv_transpose_op>(read.op);
  if (is_product && read.inputs.size() > 1) read.inputs[1] = quantized_weights(resolve(read.inputs[1]));
}

void graph_reader::add_columns(node_reader& reader, const std::string& output) {
  window_columns columns = read_columns(reader);
  m_shapes[output] = columns_shape(columns, reader.name);
  m_columns.emplace(output, std::move(columns));
}

/// A MatMul of an Im2Col's columns is a convolution. False for any other node.
bool graph_reader::add_product_of_columns(node_reader& reader, const std::string& output) {
  const auto& inputs = reader.node.input();
  const auto reads = std::find_if(inputs.begin(), inputs.end(),
                                  [this](const std::string& name) { return m_columns.contains(resolve(name)); });
  if (reads == inputs.end()) return false;
  if (reader.node.op_type() != "MatMul" || reads != inputs.begin())
    reader.refuse("reads {}, the columns of an Im2Col; right: a MatMul with weights behind it", printable(*reads));
  const auto in = reader.inputs(2, 2);
  reader.attributes.finish();
  const std::string weights = quantized_weights(resolve(in[1]));
  add_operation(reader, product_of(reader, m_columns.at(resolve(in[0])), weights), output);
  return true;
}

/// XnorPopcountMatMul counts in how many places two vectors of bits agree. With bits x and weights v of +1 for the bit
/// 1, -1 for 0, that is x . v, and 1 more for each bit 0 of the weights.
void graph_reader::add_agreements(node_reader& reader, const std::string& output) {
  const auto in = reader.inputs(2, 2);
  reader.attributes.finish();
  const float_tensor bits = reader.parameter(in[1], "weights");
  if (bits.shape.size() != 2) reader.refuse("its weights are {}; right: [inputs, outputs]", text(bits.shape));
  float_tensor signs = bits, zeros{{bits.shape[1]}, std::vector<float>(static_cast<std::size_t>(bits.shape[1]), 0)};
  for (std::size_t i = 0; i < bits.values.size(); ++i) {
    if (bits.values[i] != 0 && bits.values[i] != 1)
      reader.refuse("element {} of its weights is {}; right: 0 or 1", i, bits.values[i]);
    signs.values[i] = 2 * bits.values[i] - 1;
    zeros.values[i % zeros.values.size()] += 1 - bits.values[i];
  }
  const std::string values = operand_of(output, std::move(signs));
  const std::string weights = unused_name(output + "_weights", m_tensor_names);
  add_network_node({unused_name(reader.name + "_type", m_node_names), bipolar_quant_op{{{}, {1}}}, {values}, weights});
  const auto columns = m_columns.find(resolve(in[0]));
  read_operation product{matmul_op{}, {in[0], weights}};
  if (columns != m_columns.end()) product = product_of(reader, columns->second, weights);
  product.after.push_back({add_op{}, std::move(zeros)});
  add_operation(reader, std::move(product), output);
}

}  // namespace spillway
