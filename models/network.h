// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace spillway {

// The network as its file states it: a graph of float tensors. Nothing is interpreted here; models/streamline.h turns
// it into integers.

/// QONNX's rounding modes (see the QONNX operator documentation of Quant).
enum class rounding_mode : unsigned char { round, ceil, floor, up, down, half_up, half_down };

/// A constant float tensor of the file. A scalar has an empty shape and one value.
struct float_tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;

  friend bool operator==(const float_tensor&, const float_tensor&) = default;
};

/// y = (clamp(round(x / scale + zero_point), min, max) - zero_point) * scale. Inputs: x. (QONNX Quant, IntQuant.)
struct quant_op {
  float_tensor scale, zero_point;
  int bits = 8;
  bool is_signed = true;
  bool narrow = false;
  rounding_mode rounding = rounding_mode::round;
};

/// y = x >= 0 ? scale : -scale. Inputs: x. (QONNX BipolarQuant.)
struct bipolar_quant_op {
  float_tensor scale;
};

/// y = x * w. Inputs: x [n, k], w [k, m].
struct matmul_op {};

/// y = alpha * x * op(w) + beta * b. Inputs: x [n, k], w ([m, k] if trans_b), and b if there is one.
struct gemm_op {
  float alpha = 1, beta = 1;
  bool trans_b = false;
};

/// Elementwise with numpy broadcasting. Inputs: a, b.
struct add_op {};
struct mul_op {};

/// [n, ...] to [n, k]. Inputs: x. (Flatten with axis 1, and a Reshape that does the same.)
struct flatten_op {};

/// Permutes dimensions; of constants only. Inputs: x.
struct transpose_op {
  std::vector<std::int64_t> permutation;
};

using network_op =
    std::variant<quant_op, bipolar_quant_op, matmul_op, gemm_op, add_op, mul_op, flatten_op, transpose_op>;

/// One operator; inputs and outputs are tensor names.
struct network_node {
  std::string name;
  network_op op;
  std::vector<std::string> inputs;
  std::string output;
};

/// A graph in topological order, with one input and one output, batch first (dimension 0 of the input is the batch
/// and is given as 1 where the file leaves it open).
struct network {
  std::string name;
  std::string input;
  std::vector<std::int64_t> input_shape;
  std::string output;
  std::map<std::string, float_tensor> constants;
  std::vector<network_node> nodes;
  std::map<std::string, std::string> metadata;  ///< the file's metadata_props, e.g. spillway.accumulator.<layer>
};

/// Evaluates the graph in float32, node by node, as an ONNX runtime would: `input` is [n, ...] with the element count
/// of n input shapes; returns [n, ...] likewise. Throws `input_error` on a shape that does not fit.
float_tensor evaluate(const network& net, const float_tensor& input);

}  // namespace spillway
