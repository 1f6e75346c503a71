// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/operators.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <vector>

#include "spillway/models/onnx/names.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

constexpr std::array<std::string_view, 5> quantizers{"Quant", "IntQuant", "BipolarQuant", "Trunc", "MultiThreshold"};

constexpr std::array<std::string_view, 31> operations{"Add",
                                                      "ArgMax",
                                                      "AveragePool",
                                                      "BatchNormalization",
                                                      "Clip",
                                                      "Concat",
                                                      "Conv",
                                                      "Div",
                                                      "Flatten",
                                                      "Gemm",
                                                      "GlobalAveragePool",
                                                      "GlobalMaxPool",
                                                      "LogSoftmax",
                                                      "MatMul",
                                                      "MaxPool",
                                                      "Mul",
                                                      "Neg",
                                                      "Pad",
                                                      "Pow",
                                                      "ReduceMean",
                                                      "Relu",
                                                      "Reshape",
                                                      "Resize",
                                                      "Softmax",
                                                      "Squeeze",
                                                      "Sub",
                                                      "Sum",
                                                      "TopK",
                                                      "Transpose",
                                                      "Unsqueeze",
                                                      "Upsample"};

constexpr std::array<std::string_view, 8> propagated{"Abs",        "ConstantOfShape", "Exp",   "Gather",
                                                     "Reciprocal", "Shape",           "Slice", "Sqrt"};

constexpr std::array<std::string_view, 3> same{"Cast", "Dropout", "Identity"};

/// What does the same as an operator that can't be taken, where there is something.
struct alternative {
  std::string_view type, instead;
};
constexpr std::array<alternative, 15> alternatives{{
    {"LeakyRelu", "a Relu, or a MultiThreshold"},
    {"PRelu", "a Relu, or a MultiThreshold"},
    {"HardSigmoid", "a Clip, or a MultiThreshold"},
    {"HardSwish", "a MultiThreshold"},
    {"Sigmoid", "a MultiThreshold, which can be any function that ascends in steps"},
    {"Tanh", "a MultiThreshold, which can be any function that ascends in steps"},
    {"Elu", "a MultiThreshold, which can be any function that ascends in steps"},
    {"Gelu", "a Relu: it does not ascend, so that no thresholds can be it"},
    {"ConvTranspose", "an Upsample (nearest) and a Conv"},
    {"DepthToSpace", "an Upsample (nearest) and a Conv"},
    {"QLinearConv", "a Conv between DequantizeLinear and QuantizeLinear"},
    {"QLinearMatMul", "a MatMul between DequantizeLinear and QuantizeLinear"},
    {"DynamicQuantizeLinear", "a QuantizeLinear with a constant scale"},
    {"InstanceNormalization", "a BatchNormalization, whose constants do not depend on the input"},
    {"LayerNormalization", "a BatchNormalization, whose constants do not depend on the input"},
}};

std::string nearest_operator(const std::string& type, std::span<const std::string_view> known) {
  for (const alternative& entry : alternatives)
    if (entry.type == type) return std::string(entry.instead);
  return std::string(nearest_name(printable(type), known));
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

node_kind node_kind_of(const onnx::NodeProto& node, const std::string& name) {
  const std::string &type = node.op_type(), &domain = node.domain();
  const bool standard = domain.empty() || domain == "ai.onnx";
  if (standard && type == "Constant") return node_kind::constant;
  if (standard && type == "QuantizeLinear") return node_kind::quantize;
  if (standard && type == "DequantizeLinear") return node_kind::dequantize;
  if (standard && contains(same, type)) return node_kind::same;
  if (standard && contains(propagated, type)) return node_kind::propagated;
  if (standard && contains(operations, type)) return node_kind::operation;
  if (is_quantizer_domain(domain) && contains(quantizers, type)) return node_kind::operation;
  if (contains(quantizers, type))
    throw input_error(fmt::format("{}: {} in domain {} is unknown; nearest: domain {}", name, type, printable(domain),
                                  quantizer_domain));
  std::vector<std::string_view> known{"Constant", "QuantizeLinear", "DequantizeLinear"};
  for (const std::span<const std::string_view> names :
       {std::span<const std::string_view>(same), {propagated}, {operations}, {quantizers}})
    known.insert(known.end(), names.begin(), names.end());
  throw input_error(fmt::format("{}: operator {}{} can't be taken; nearest: {} (docs/formats.md lists what is taken)",
                                name, standard ? "" : printable(domain) + ".", printable(type),
                                nearest_operator(type, known)));
}

}  // namespace spillway
