// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/fuzz/onnx_mutator.h"

#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <array>
#include <vector>

#include "spillway/tests/fuzz/checks.h"

namespace spillway::fuzz {

namespace {

constexpr std::array kinds{"Quant",
                           "BipolarQuant",
                           "MultiThreshold",
                           "Trunc",
                           "MatMul",
                           "Gemm",
                           "Conv",
                           "ConvTranspose",
                           "Add",
                           "Sub",
                           "Mul",
                           "Div",
                           "Pow",
                           "Relu",
                           "Clip",
                           "BatchNormalization",
                           "Flatten",
                           "Reshape",
                           "Transpose",
                           "Softmax",
                           "TopK",
                           "MaxPool",
                           "AveragePool",
                           "GlobalAveragePool",
                           "Resize",
                           "Upsample",
                           "Pad",
                           "Concat",
                           "Split",
                           "QuantizeLinear",
                           "DequantizeLinear",
                           "Identity",
                           "Constant",
                           "Unsqueeze",
                           "Squeeze",
                           "Shape",
                           "Gather",
                           "ReduceMean",
                           "Slice"};
constexpr std::array attributes{
    "signed", "narrow", "rounding_mode", "axis",  "axes",  "kernel_shape", "pads",     "strides",  "dilations",
    "group",  "transA", "transB",        "alpha", "beta",  "epsilon",      "perm",     "keepdims", "ceil_mode",
    "mode",   "k",      "min",           "max",   "value", "out_scale",    "out_bias", "to"};
constexpr std::array claims{"accumulator_bits", "spillway.claims", "MatMul_0", "16",
                            "trained_to_wrap",  "12x64:16",        "-1"};

class mutator {
 public:
  mutator(onnx::ModelProto& model, unsigned seed) : m_model(model), m_graph(*model.mutable_graph()), m_choose(seed) {}

  void change() {
    const std::size_t which = m_choose.below(10);
    if (which < 6 && m_graph.node_size() > 0) return change_node(*m_graph.mutable_node(pick(m_graph.node_size())));
    if (which < 8 && m_graph.initializer_size() > 0)
      return change_tensor(*m_graph.mutable_initializer(pick(m_graph.initializer_size())));
    if (which == 8) return change_ends();
    onnx::StringStringEntryProto& entry = *m_model.add_metadata_props();
    entry.set_key(claims[m_choose.below(claims.size())]);
    entry.set_value(claims[m_choose.below(claims.size())]);
  }

 private:
  int pick(int count) { return static_cast<int>(m_choose.below(static_cast<std::size_t>(count))); }

  /// A tensor of the graph, or none.
  std::string some_tensor() {
    std::vector<std::string> names{""};
    for (const onnx::NodeProto& node : m_graph.node())
      if (node.output_size() > 0) names.push_back(node.output(0));
    for (const onnx::TensorProto& tensor : m_graph.initializer()) names.push_back(tensor.name());
    for (const onnx::ValueInfoProto& input : m_graph.input()) names.push_back(input.name());
    return names[m_choose.below(names.size())];
  }

  void change_node(onnx::NodeProto& node) {
    switch (m_choose.below(8)) {
      case 0:
        return node.set_op_type(kinds[m_choose.below(kinds.size())]);
      case 1:
        if (node.input_size() > 0) node.set_input(pick(node.input_size()), some_tensor());
        return;
      case 2:
        return node.add_input(some_tensor());
      case 3:
        if (node.input_size() > 0) node.mutable_input()->RemoveLast();
        return;
      case 4:
        *m_graph.add_node() = onnx::NodeProto(node);
        return;
      case 5:
        return m_graph.mutable_node()->SwapElements(pick(m_graph.node_size()), pick(m_graph.node_size()));
      default:
        return change_attribute(node);
    }
  }

  void change_attribute(onnx::NodeProto& node) {
    if (node.attribute_size() == 0 || m_choose.below(3) == 0) {
      onnx::AttributeProto& added = *node.add_attribute();
      added.set_name(attributes[m_choose.below(attributes.size())]);
      added.set_type(m_choose.below(2) == 0 ? onnx::AttributeProto::INT : onnx::AttributeProto::INTS);
    }
    onnx::AttributeProto& attribute = *node.mutable_attribute(pick(node.attribute_size()));
    switch (m_choose.below(5)) {
      case 0:
        return attribute.set_i(m_choose.number());
      case 1:
        return attribute.add_ints(m_choose.number());
      case 2:
        if (attribute.ints_size() > 0) attribute.set_ints(pick(attribute.ints_size()), m_choose.number());
        return;
      case 3:
        return attribute.set_f(static_cast<float>(m_choose.number()) / 4);
      default:
        return attribute.set_s(m_choose.below(2) == 0 ? "ROUND" : "FLOOR");
    }
  }

  void change_tensor(onnx::TensorProto& tensor) {
    switch (m_choose.below(6)) {
      case 0:
        return tensor.set_data_type(static_cast<int>(m_choose.below(17)));
      case 1:
        return tensor.add_dims(m_choose.number());
      case 2:
        if (tensor.dims_size() > 0) tensor.set_dims(pick(tensor.dims_size()), m_choose.number());
        return;
      case 3:
        if (!tensor.raw_data().empty())
          (*tensor.mutable_raw_data())[m_choose.below(tensor.raw_data().size())] =
              static_cast<char>(m_choose.below(256));
        return;
      case 4:
        return tensor.add_float_data(static_cast<float>(m_choose.number()));
      default:
        return tensor.add_int32_data(static_cast<std::int32_t>(m_choose.number()));
    }
  }

  void change_ends() {
    if (m_choose.below(2) == 0 && m_graph.output_size() > 0)
      return m_graph.mutable_output(pick(m_graph.output_size()))->set_name(some_tensor());
    if (m_graph.input_size() == 0) return;
    onnx::TensorShapeProto& shape =
        *m_graph.mutable_input(pick(m_graph.input_size()))->mutable_type()->mutable_tensor_type()->mutable_shape();
    if (shape.dim_size() > 0) shape.mutable_dim(pick(shape.dim_size()))->set_dim_value(m_choose.number());
  }

  onnx::ModelProto& m_model;
  onnx::GraphProto& m_graph;
  choices m_choose;
};

}  // namespace

std::string mutated_model(std::string_view bytes, unsigned seed) {
  const google::protobuf::LogSilencer silence;
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::string(bytes);
  mutator(model, seed).change();
  return model.SerializeAsString();
}

}  // namespace spillway::fuzz
