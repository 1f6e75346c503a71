// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/dialect.h"

namespace onnx {
class GraphProto;
class NodeProto;
class TensorProto;
}  // namespace onnx

namespace spillway {

/// Fills a file's constant: raw little-endian float32.
void set_tensor(const std::string& name, const float_tensor& from, onnx::TensorProto& to);

/// Adds the constants that operators read and the nodes to a graph. What the network keeps inside an operator becomes
/// constants of the file, named after it. Not installed.
class node_writer {
 public:
  node_writer(const network& net, const std::map<std::string, tensor_shape>& shapes, onnx::GraphProto& graph,
              onnx_dialect dialect);

  /// The network's constants, but for those that are only read as integers.
  void add_constants();

  /// Throws `input_error`, naming the node, for what has no form in the file.
  void add(const network_node& node);

  void operator()(const quant_op& op);
  void operator()(const bipolar_quant_op& op);
  void operator()(const trunc_op& op);
  void operator()(const multi_threshold_op& op);
  void operator()(const matmul_op&);
  void operator()(const gemm_op& op);
  void operator()(const conv_op& op);
  void operator()(const conv_transpose_op& op);
  void operator()(const add_op&);
  void operator()(const sub_op&);
  void operator()(const mul_op&);
  void operator()(const div_op&);
  void operator()(const pow_op&);
  void operator()(const relu_op&);
  void operator()(const clip_op& op);
  void operator()(const batch_norm_op& op);
  void operator()(const max_pool_op& op);
  void operator()(const average_pool_op& op);
  void operator()(const global_average_pool_op&);
  void operator()(const upsample_op& op);
  void operator()(const concat_op& op);
  void operator()(const pad_op& op);
  void operator()(const flatten_op&);
  void operator()(const reshape_op& op);
  void operator()(const transpose_op& op);
  void operator()(const softmax_op& op);
  void operator()(const function_op& op);
  void operator()(const prelu_op&);
  void operator()(const max_op&);
  void operator()(const min_op&);
  void operator()(const sum_op&);
  void operator()(const select_op& op);
  void operator()(const top_k_op& op);

 private:
  void begin(std::string_view type, std::string_view domain = "");
  void begin_of_qonnx(std::string_view type);
  bool becomes_integers(const network_node& node) const;
  void write_linear(const quant_op& op);
  void begin_part(std::string_view type, const std::string& name, const std::string& input, const std::string& output);
  std::string add_levels(const quant_op& op);
  std::string add_bytes(const char* what, const std::vector<float>& values, const tensor_shape& shape, bool is_signed);
  void write_sum(const window_shape& window);
  void write_window(const window_shape& window);
  std::string unused_name(const std::string& wish);
  std::string unused_node_name(const std::string& wish);
  void add_parameter(const char* what, const float_tensor& value);
  void add_scalar(const char* what, double value);
  void add_integers(const char* what, const std::vector<std::int64_t>& values);
  void set(const char* name, std::int64_t value);
  void set_real(const char* name, float value);
  void set_text(const char* name, std::string_view value);
  void set_list(const char* name, const std::vector<std::int64_t>& values);

  const network& m_net;
  const std::map<std::string, tensor_shape>& m_shapes;
  onnx::GraphProto& m_graph;
  onnx_dialect m_dialect;
  const network_node* m_from = nullptr;
  onnx::NodeProto* m_node = nullptr;
  std::set<std::string> m_names, m_node_names;
};

}  // namespace spillway
