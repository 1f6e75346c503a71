// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "spillway/tests/models/onnx_model.h"

// One network as the steps of a FINN build have it, written field by field: as it was exported, with its quantizers as
// thresholds, with all scales absorbed into these, and with TopK at the end. A fault may be put into each.

namespace spillway::testing {

/// What is wrong in a file; of `layer` 0 to 2, nothing if it is -1.
struct step_fault {
  int layer = -1;
  std::int64_t row = 0, channel = 0;  ///< of a weight
  bool in_threshold = false;          ///< all of a channel's thresholds, 3 sums up
};

/// inputs -> Quant (8 bits, 1/255) -> two layers of 5 and 4 channels with 4-bit levels, unsigned then signed -> 3
/// outputs.
class step_sequence {
 public:
  /// Quant between the layers and before the weights, scales everywhere.
  onnx_model exported(step_fault wrong = {}, bool renamed = false) const {
    onnx_model m = begin();
    const std::string prefix = renamed ? "other_" : "";
    std::string x = "in_q";
    for (int l = 0; l < 3; ++l) {
      const std::string n = std::to_string(l);
      std::vector<float> weights;
      for (const int w : weights_of(l, wrong)) weights.push_back(static_cast<float>(w) * weight_scale[at(l)]);
      m.constant("w" + n, {inputs[at(l)], inputs[at(l) + 1]}, weights);
      m.quant("w" + n, "wq" + n, weight_scale[at(l)], 4, true);
      m.node("MatMul", {x, "wq" + n}, prefix + "MatMul_" + n + "_out0");
      m.constant("mul" + n, {}, {factor[at(l)]});
      m.node("Mul", {prefix + "MatMul_" + n + "_out0", "mul" + n}, prefix + "Mul_" + n + "_out0");
      m.constant("add" + n, {1, inputs[at(l) + 1]}, terms(l));
      x = l == 2 ? "global_out" : prefix + "Add_" + n + "_out0";
      m.node("Add", {prefix + "Mul_" + n + "_out0", "add" + n}, x);
      if (l == 2) break;
      m.quant(x, prefix + "Quant_" + n + "_out0", step[at(l)], 4, l == 1);
      x = prefix + "Quant_" + n + "_out0";
    }
    m.output("global_out");
    return m;
  }

  /// Weights in whole numbers, thresholds that are those of the sums: what streamlining leaves.
  onnx_model streamlined(step_fault wrong = {}, bool ends_in_top_k = false) const {
    onnx_model m = begin();
    std::string x = "in_q";
    float unit = 1;  // what a step of the layer's input stands for
    for (int l = 0; l < 3; ++l) {
      const std::string n = std::to_string(l);
      const std::vector<int> weights = weights_of(l, wrong);
      m.constant("MatMul_" + n + "_param0", {inputs[at(l)], inputs[at(l) + 1]}, {weights.begin(), weights.end()});
      annotate(m, "MatMul_" + n + "_param0", "INT4");
      m.node("MatMul", {x, "MatMul_" + n + "_param0"}, "MatMul_" + n + "_out0");
      if (l == 2) break;
      m.constant("thresholds" + n, {inputs[at(l) + 1], 15}, thresholds(l, unit, wrong));
      onnx::NodeProto& node = m.node("MultiThreshold", {"MatMul_" + n + "_out0", "thresholds" + n},
                                     "MultiThreshold_" + n + "_out0", "qonnx.custom_op.general");
      real(node, "out_scale", 1);
      real(node, "out_bias", l == 1 ? -8 : 0);
      onnx_model::string(node, "out_dtype", l == 1 ? "INT4" : "UINT4");
      unit = step[at(l)];
      x = "MultiThreshold_" + n + "_out0";
    }
    m.constant("mul_end", {}, {factor[2] * weight_scale[2] * unit});
    m.node("Mul", {"MatMul_2_out0", "mul_end"}, "Mul_0_out0");
    m.constant("add_end", {1, 3}, terms(2));
    m.node("Add", {"Mul_0_out0", "add_end"}, "global_out");
    if (!ends_in_top_k) {
      m.output("global_out");
      return m;
    }
    onnx::TensorProto& k = *m.graph.add_initializer();
    k.set_name("k");
    k.set_data_type(onnx::TensorProto::INT64);
    k.add_dims(1);
    k.add_int64_data(1);
    onnx::NodeProto& top = m.node("TopK", {"global_out", "k"}, "top_values");
    top.add_output("top_indices");
    onnx_model::integer(top, "axis", -1);
    m.output("top_indices");
    return m;
  }

  /// What FINN makes at "convert to hardware".
  onnx_model hardware() const {
    onnx_model m = exported();
    m.graph.mutable_node(4)->set_op_type("MVAU_hls");
    m.graph.mutable_node(4)->set_domain("finn.custom_op.fpgadataflow.hls");
    return m;
  }

  static void annotate(onnx_model& m, const std::string& tensor, const std::string& type) {
    onnx::TensorAnnotation& annotation = *m.graph.add_quantization_annotation();
    annotation.set_tensor_name(tensor);
    onnx::StringStringEntryProto& entry = *annotation.add_quant_parameter_tensor_names();
    entry.set_key("finn_datatype");
    entry.set_value(type);
  }
  static void real(onnx::NodeProto& node, const std::string& name, float value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::FLOAT);
    attribute.set_f(value);
  }

  const std::vector<std::int64_t> inputs{6, 5, 4, 3};  ///< of each layer, then the outputs

 private:
  static std::size_t at(int layer) { return static_cast<std::size_t>(layer); }

  onnx_model begin() const {
    onnx_model m;
    m.input("global_in", {1, 6});
    m.quant("global_in", "in_q", 1.0F / 255, 8, false);
    return m;
  }
  std::vector<int> weights_of(int layer, const step_fault& wrong) const {
    std::vector<int> result;
    const std::int64_t rows = inputs[at(layer)], columns = inputs[at(layer) + 1];
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < columns; ++c) {
        const bool is_wrong = wrong.layer == layer && !wrong.in_threshold && wrong.row == r && wrong.channel == c;
        const int weight = static_cast<int>((r * 7 + c * 5 + layer * 3) % 13) - 6;
        result.push_back(is_wrong ? (weight == 7 ? 6 : weight + 1) : weight);
      }
    return result;
  }
  std::vector<float> terms(int layer) const {
    std::vector<float> result;
    for (std::int64_t c = 0; c < inputs[at(layer) + 1]; ++c) result.push_back(static_cast<float>(c * 3 - 4) / 64);
    return result;
  }
  /// Half steps, as the levels of a Quant begin, on the sums that lead to them; where the even level would win a tie, a
  /// little more.
  std::vector<float> thresholds(int layer, float unit, const step_fault& wrong) const {
    std::vector<float> result;
    for (std::int64_t c = 0; c < inputs[at(layer) + 1]; ++c)
      for (int level = layer == 1 ? -7 : 1; level <= (layer == 1 ? 7 : 15); ++level) {
        double sum = (level - 0.5) * double{step[at(layer)]} - double{terms(layer)[at(static_cast<int>(c))]};
        sum /= double{factor[at(layer)]} * double{weight_scale[at(layer)]} * double{unit};
        if (level % 2 != 0) sum += 1e-4;
        const bool is_wrong = wrong.layer == layer && wrong.in_threshold && wrong.channel == c;
        result.push_back(static_cast<float>(is_wrong ? sum + 3 : sum));
      }
    return result;
  }

  const std::vector<float> weight_scale{0.125F, 0.25F, 0.0625F}, factor{0.5F, 0.75F, 2}, step{0.125F, 0.25F};
};

}  // namespace spillway::testing
