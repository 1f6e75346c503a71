// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/models/onnx/read.h"
#include "spillway/tests/models/hostile_bytes.h"

// ONNX files as other programs write them, field by field, without our writer.

namespace spillway::testing {

/// A model under construction. `graph` and `model` are open to whatever a test wants to break.
class onnx_model {
 public:
  onnx_model() {
    model.set_ir_version(6);
    onnx::OperatorSetIdProto& opset = *model.add_opset_import();
    opset.set_domain("");
    opset.set_version(11);
  }

  onnx::ModelProto model;
  onnx::GraphProto& graph = *model.mutable_graph();

  onnx_model& input(const std::string& name, const std::vector<std::int64_t>& shape) {
    value_info(*graph.add_input(), name, shape);
    return *this;
  }
  onnx_model& output(const std::string& name) {
    graph.add_output()->set_name(name);
    return *this;
  }

  onnx::TensorProto& constant(const std::string& name, const std::vector<std::int64_t>& shape,
                              const std::vector<float>& values) {
    onnx::TensorProto& tensor = *graph.add_initializer();
    fill(tensor, shape, values);
    tensor.set_name(name);
    return tensor;
  }

  onnx::NodeProto& node(const std::string& type, const std::vector<std::string>& inputs, const std::string& output,
                        const std::string& domain = "") {
    onnx::NodeProto& result = *graph.add_node();
    result.set_op_type(type);
    result.set_name(type + "_" + output);
    result.set_domain(domain);
    for (const std::string& name : inputs) result.add_input(name);
    result.add_output(output);
    return result;
  }

  /// A Quant node and its three constants.
  onnx::NodeProto& quant(const std::string& from, const std::string& to, float scale, float bits, bool is_signed,
                         const std::string& domain = "qonnx.custom_op.general", const std::string& type = "Quant") {
    constant(to + "_scale", {}, {scale});
    constant(to + "_zero", {}, {0});
    constant(to + "_bits", {}, {bits});
    onnx::NodeProto& result = node(type, {from, to + "_scale", to + "_zero", to + "_bits"}, to, domain);
    integer(result, "signed", is_signed ? 1 : 0);
    integer(result, "narrow", 0);
    return result;
  }

  static void integer(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }
  static void integers(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute.add_ints(value);
  }
  static void string(onnx::NodeProto& node, const std::string& name, const std::string& value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::STRING);
    attribute.set_s(value);
  }
  static void fill(onnx::TensorProto& tensor, const std::vector<std::int64_t>& shape,
                   const std::vector<float>& values) {
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t n : shape) tensor.add_dims(n);
    for (const float value : values) tensor.add_float_data(value);
  }
  static void value_info(onnx::ValueInfoProto& info, const std::string& name, const std::vector<std::int64_t>& shape) {
    info.set_name(name);
    onnx::TypeProto::Tensor& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t n : shape) type.mutable_shape()->add_dim()->set_dim_value(n);
  }

  std::string bytes() const { return model.SerializeAsString(); }

  network read() const {
    const temporary_directory folder;
    write_bytes(folder.file("model.onnx"), bytes());
    return read_qonnx(folder.file("model.onnx"));
  }

  /// What `read_qonnx` says against the file, less the path that every message begins with.
  std::string refusal() const {
    const temporary_directory folder;
    const std::string path = folder.file("model.onnx");
    write_bytes(path, bytes());
    const std::string message = message_of<input_error>([&] { read_qonnx(path); });
    return message.starts_with(path + ": ") && is_one_line(message) ? message.substr(path.size() + 2) : message;
  }
};

/// input [1, 3] -> Quant -> MatMul with weights [3, 2] behind a Quant -> Add -> output: a file with nothing wrong.
inline onnx_model small_model(const std::string& domain = "qonnx.custom_op.general") {
  onnx_model m;
  m.input("x", {1, 3}).output("y");
  m.quant("x", "xq", 0.5F, 4, true, domain);
  m.constant("w", {3, 2}, {0.25F, -0.5F, 0.75F, 0, -0.25F, 1});
  m.quant("w", "wq", 0.25F, 8, true, domain);
  m.node("MatMul", {"xq", "wq"}, "z");
  m.constant("b", {2}, {0.125F, -3});
  m.node("Add", {"z", "b"}, "y");
  return m;
}

/// True if some part of a message is `part`; doctest then shows both.
inline bool says(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

}  // namespace spillway::testing
