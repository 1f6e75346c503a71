// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/operators.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "spillway/models/onnx/hardware_file.h"
#include "spillway/models/onnx/names.h"
#include "spillway/models/onnx/node_reader.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

constexpr std::array<std::string_view, 5> quantizers{"Quant", "IntQuant", "BipolarQuant", "Trunc", "MultiThreshold"};

constexpr std::array<std::string_view, 37> operations{"Add",
                                                      "ArgMax",
                                                      "ArgMin",
                                                      "AveragePool",
                                                      "BatchNormalization",
                                                      "Clip",
                                                      "Concat",
                                                      "Conv",
                                                      "ConvTranspose",
                                                      "DepthToSpace",
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
                                                      "ReduceMax",
                                                      "ReduceMean",
                                                      "ReduceMin",
                                                      "ReduceSum",
                                                      "Relu",
                                                      "Reshape",
                                                      "Resize",
                                                      "Softmax",
                                                      "SpaceToDepth",
                                                      "Squeeze",
                                                      "Sub",
                                                      "TopK",
                                                      "Transpose",
                                                      "Unsqueeze",
                                                      "Upsample"};

/// FINN's and QONNX's, in the domains of the quantizers.
constexpr std::array<std::string_view, 5> finn_operations{"DebugMarker", "Im2Col", "MaxPoolNHWC", "QuantAvgPool2d",
                                                          "XnorPopcountMatMul"};

/// QONNX's, whose tensors are [n, height, width, channels].
constexpr std::string_view channels_last_domain = "qonnx.custom_op.channels_last";
constexpr std::array<std::string_view, 3> channels_last{"BatchNormalization", "Conv", "MaxPool"};

constexpr std::array<std::string_view, 5> propagated{"ConstantOfShape", "Exp", "Reciprocal", "Shape", "Sqrt"};

constexpr std::array<std::string_view, 3> same{"Cast", "Dropout", "Identity"};

/// What does the same as an operator that can't be taken, where there is something.
struct alternative {
  std::string_view type, instead;
};
constexpr std::array<alternative, 19> alternatives{{
    {"Sin", "a MultiThreshold, which can be any function that ascends in steps"},
    {"Cos", "a MultiThreshold, which can be any function that ascends in steps"},
    {"Log", "a MultiThreshold, which can be any function that ascends in steps"},
    {"QLinearConv", "a Conv between DequantizeLinear and QuantizeLinear"},
    {"QLinearMatMul", "a MatMul between DequantizeLinear and QuantizeLinear"},
    {"DynamicQuantizeLinear", "a QuantizeLinear with a constant scale"},
    {"InstanceNormalization", "a BatchNormalization, whose constants do not depend on the input"},
    {"LayerNormalization", "a BatchNormalization, whose constants do not depend on the input"},
    {"FloatQuant", "a Quant: the hardware's numbers are integers"},
    {"MatMulInteger", "a MatMul between DequantizeLinear and QuantizeLinear"},
    {"ConvInteger", "a Conv between DequantizeLinear and QuantizeLinear"},
    {"QLinearAdd", "an Add between DequantizeLinear and QuantizeLinear"},
    {"QLinearMul", "a Mul between DequantizeLinear and QuantizeLinear"},
    {"QLinearConcat", "a Concat between DequantizeLinear and QuantizeLinear"},
    {"QLinearGlobalAveragePool", "a GlobalAveragePool between DequantizeLinear and QuantizeLinear"},
    {"DynamicQuantizeMatMul", "a MatMul behind a QuantizeLinear with a constant scale"},
    {"GroupNormalization", "a BatchNormalization, whose constants do not depend on the input"},
    {"RMSNormalization", "a BatchNormalization, whose constants do not depend on the input"},
    {"SimplifiedLayerNormalization", "a BatchNormalization, whose constants do not depend on the input"},
}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// True if one letter more, less or another makes `name` of `text`, whatever its letter case.
bool is_misspelled(std::string_view text, std::string_view name) {
  constexpr std::size_t least = 5;  // of shorter names, one letter makes another operator
  const auto same_letter = [](char a, char b) { return lower(a) == lower(b); };
  if (std::equal(text.begin(), text.end(), name.begin(), name.end(), same_letter)) return true;
  if (text.size() < least) return false;
  const auto parting = std::mismatch(text.begin(), text.end(), name.begin(), name.end(), same_letter);
  const auto ends_alike = [&](std::ptrdiff_t skip_text, std::ptrdiff_t skip_name) {
    const auto a = parting.first, b = parting.second;
    return text.end() - a >= skip_text && name.end() - b >= skip_name &&
           std::equal(a + skip_text, text.end(), b + skip_name, name.end(), same_letter);
  };
  return ends_alike(1, 1) || ends_alike(1, 0) || ends_alike(0, 1);
}

/// What does the same, or what was meant; empty if there is neither.
std::string nearest_operator(const std::string& type, std::span<const std::string_view> known) {
  for (const alternative& entry : alternatives)
    if (entry.type == type) return std::string(entry.instead);
  for (const std::string_view name : known)
    if (is_misspelled(type, name)) return std::string(name);
  return {};
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What FINN makes at its step "convert to hardware", and later.
bool is_finn_hardware(const onnx::NodeProto& node) {
  if (node.domain().find("fpgadataflow") != std::string::npos || node.op_type() == "StreamingDataflowPartition")
    return true;
  for (const onnx::AttributeProto& attribute : node.attribute())
    if (attribute.name() == "backend" && attribute.s() == "fpgadataflow") return true;
  return false;
}

std::optional<node_kind> standard_kind_of(std::string_view type) {
  if (type == "Constant") return node_kind::constant;
  if (type == "QuantizeLinear") return node_kind::quantize;
  if (type == "DequantizeLinear") return node_kind::dequantize;
  if (contains(same, type)) return node_kind::same;
  if (contains(propagated, type)) return node_kind::propagated;
  if (contains(operations, type) || is_function_or_part(type)) return node_kind::operation;
  return std::nullopt;
}

std::optional<node_kind> quantizer_domain_kind_of(std::string_view type) {
  if (type == "Im2Col") return node_kind::windows;
  if (type == "XnorPopcountMatMul") return node_kind::agreements;
  if (type == "DebugMarker") return node_kind::same;
  if (contains(quantizers, type) || contains(finn_operations, type)) return node_kind::operation;
  return std::nullopt;
}

std::optional<node_kind> known_kind_of(const onnx::NodeProto& node) {
  const std::string &type = node.op_type(), &domain = node.domain();
  std::optional<node_kind> kind;
  if (domain.empty() || domain == "ai.onnx") kind = standard_kind_of(type);
  if (!kind && is_quantizer_domain(domain)) kind = quantizer_domain_kind_of(type);
  if (!kind && domain == "com.microsoft" && (type == "QuantizeLinear" || type == "DequantizeLinear"))
    kind = standard_kind_of(type);
  if (!kind && domain == channels_last_domain && contains(channels_last, type)) kind = node_kind::operation;
  return kind;
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> known_operators() {
  std::vector<std::pair<std::string_view, std::string_view>> result;
  const auto add = [&](std::string_view domain, std::span<const std::string_view> names) {
    for (const std::string_view name : names) result.emplace_back(domain, name);
  };
  add("", operations);
  add("", functions_and_parts());
  add("", same);
  add("", propagated);
  for (const std::string_view name : {"Constant", "QuantizeLinear", "DequantizeLinear"}) result.emplace_back("", name);
  add(quantizer_domain, quantizers);
  add(quantizer_domain, finn_operations);
  add(channels_last_domain, channels_last);
  return result;
}

bool is_known_operator(const onnx::NodeProto& node) { return known_kind_of(node).has_value(); }

node_kind node_kind_of(const onnx::NodeProto& node, const std::string& name) {
  const std::string &type = node.op_type(), &domain = node.domain();
  if (const auto kind = known_kind_of(node)) return *kind;
  if (is_finn_hardware(node))
    throw hardware_file_error(
        fmt::format("{}: {} is FINN's hardware; right: a file of the build before its step \"convert to hardware\"",
                    name, printable(type)));
  const bool standard = domain.empty() || domain == "ai.onnx";
  if (contains(quantizers, type) || contains(finn_operations, type))
    throw input_error(fmt::format("{}: {} in domain {} is unknown; nearest: domain {}", name, type, printable(domain),
                                  quantizer_domain));
  std::vector<std::string_view> known{"Constant", "QuantizeLinear", "DequantizeLinear"};
  for (const std::span<const std::string_view> names :
       {std::span<const std::string_view>(same), {propagated}, {operations}, {quantizers}, {finn_operations}})
    known.insert(known.end(), names.begin(), names.end());
  for (const std::string_view taken : functions_and_parts()) known.push_back(taken);
  const std::string nearest = nearest_operator(type, known);
  throw input_error(fmt::format("{}: operator {}{} can't be taken{} (docs/formats.md lists what is taken)", name,
                                standard ? "" : printable(domain) + ".", printable(type),
                                nearest.empty() ? "" : "; nearest: " + nearest));
}

}  // namespace spillway
