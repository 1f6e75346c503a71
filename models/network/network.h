// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spillway/models/numbers/float_tensor.h"
#include "spillway/models/numbers/rounding_mode.h"
#include "spillway/models/numbers/window_shape.h"
#include "spillway/models/support/assumption.h"

namespace spillway {

// The network as its file states it: a graph of float tensors. Nothing is interpreted here;
// models/streamline/streamline.h turns it into integers.

/// y = (clamp(round(x / scale + zero_point), min, max) - zero_point) * scale. Inputs: x. (QONNX Quant, IntQuant.)
struct quant_op {
  float_tensor scale, zero_point;
  int bits = 8;
  bool is_signed = true;
  bool narrow = false;
  rounding_mode rounding = rounding_mode::round;
  /// ONNX's QuantizeLinear, which rounds x / scale, half to even, before it adds the zero point: the same level but for
  /// float32's own rounding. `rounding` is then the mode that gives it behind the addition.
  bool rounds_first = false;
};

/// y = x >= 0 ? scale : -scale. Inputs: x. (QONNX BipolarQuant.)
struct bipolar_quant_op {
  float_tensor scale;
};

/// y = x * w. Inputs: x [n, ..., k], w [k, m].
struct matmul_op {};

/// y = alpha * x * op(w) + beta * b. Inputs: x [n, k], w ([m, k] if trans_b), and b if there is one.
struct gemm_op {
  float alpha = 1, beta = 1;
  bool trans_b = false;
};

/// y = x * w, x [n, c, h, w], w [m, c / group, kernel], y [n, m, oh, ow]. Inputs: x, w, and a bias [m] if there is one.
struct conv_op {
  window_shape window;
  std::int64_t group = 1;
};

/// Every input adds its weights, times itself, to a window of the output: zeros are inserted between the inputs
/// (strides) and around them, and the kernel is turned around. y [n, m, oh, ow] with oh = (h - 1) * stride_h +
/// (kernel_h
/// - 1) * dilation_h + 1 - top - bottom + more_h. Inputs: x, w [c, m / group, kernel], and a bias [m] if there is one.
struct conv_transpose_op {
  window_shape window;
  std::int64_t group = 1;
  std::int64_t more_h = 0, more_w = 0;  ///< ONNX's output_padding
};

/// Elementwise with numpy broadcasting. Inputs: a, b.
struct add_op {};
struct sub_op {};
struct mul_op {};
struct div_op {};
struct pow_op {};

/// max(x, 0). Inputs: x.
struct relu_op {};

/// min(max(x, low), high); infinite where the file leaves an end open. Inputs: x.
struct clip_op {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

/// Functions of one number, as ONNX's operators of these names define them.
enum class function_kind : unsigned char {
  abs,
  celu,  ///< max(x, 0) + min(alpha (exp(x / alpha) - 1), 0)
  ceil,
  elu,  ///< x, below 0 alpha (exp(x) - 1)
  erf,
  floor,
  gelu,          ///< x (1 + erf(x / sqrt(2))) / 2
  gelu_tanh,     ///< x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
  hard_sigmoid,  ///< min(max(alpha x + beta, 0), 1)
  hard_swish,    ///< x min(max(x / 6 + 1/2, 0), 1)
  leaky_relu,    ///< x, below 0 alpha x
  mish,          ///< x tanh(ln(1 + exp(x)))
  round,         ///< to the nearest integer, ties to even
  selu,          ///< beta x, up to 0 beta alpha (exp(x) - 1)
  sigmoid,
  sign,
  softplus,  ///< ln(1 + exp(x))
  softsign,  ///< x / (1 + |x|)
  swish,     ///< x sigmoid(alpha x)
  tanh,
  thresholded_relu,  ///< x above alpha, else 0
};

/// A function of each element. Inputs: x.
struct function_op {
  function_kind what = function_kind::sigmoid;
  float alpha = 0, beta = 0;  ///< where the function has them
};

/// x, below 0 slope * x. Inputs: x, slope, which broadcasts to x.
struct prelu_op {};

/// The greatest, the least and the sum of the inputs, element by element with broadcasting. Inputs: one or more.
struct max_op {};
struct min_op {};
struct sum_op {};

/// Elements of each dimension by their indices: ONNX's Slice, one output of a Split, Gather of a list. Inputs: x.
struct select_op {
  std::vector<std::vector<std::int64_t>> indices;  ///< one list a dimension; an empty one takes all
};

/// y = (x - mean) / sqrt(variance + epsilon) * scale + bias, one of each a channel (dimension 1). Inputs: x.
struct batch_norm_op {
  float_tensor scale, bias, mean, variance;
  float epsilon = 1e-5F;
};

/// The greatest of each window; padding counts as minus infinity. Inputs: x.
struct max_pool_op {
  window_shape window;
};

/// The mean of each window, or its sum; padding counts as 0 if `count_include_pad`, else not at all. Inputs: x.
struct average_pool_op {
  window_shape window;
  bool count_include_pad = false;
  bool is_sum = false;  ///< ReduceSum, whose window spans whole dimensions
};

/// The mean of all positions of a channel: [n, c, h, w] to [n, c, 1, 1]. Inputs: x.
struct global_average_pool_op {};

/// Drops the low bits of a quantized value (QONNX Trunc): q = round(x / scale + zero_point), half to even, then
/// round(q / 2^(in_bits - out_bits)) under `rounding`, clamped to out_bits, and back: (q - zero_point) * out_scale.
/// Version 1 has out_scale = scale, keeps the zero point as it is and clamps nothing. Inputs: x.
struct trunc_op {
  float_tensor scale, zero_point, out_scale;
  int in_bits = 8, out_bits = 8;
  bool is_signed = true;
  bool narrow = false;
  bool clamps = false;  ///< version 2
  rounding_mode rounding = rounding_mode::floor;
};

/// y = out_scale * #{t : thresholds[c, t] <= x} + out_bias; thresholds are [c, steps], or [1, steps] for all channels
/// (dimension 1, or the last one if `channels_last`). Inputs: x. (FINN's and QONNX's MultiThreshold.)
struct multi_threshold_op {
  float_tensor thresholds;
  float out_scale = 1, out_bias = 0;
  bool channels_last = false;
};

/// Nearest neighbour by whole factors: y[.., i, j] = x[.., i / factor_h, j / factor_w]. Inputs: x [n, c, h, w].
struct upsample_op {
  std::int64_t factor_h = 1, factor_w = 1;
};

/// Joins its inputs, one or more, along a dimension.
struct concat_op {
  std::int64_t axis = 1;
};

/// Constant padding, elements before and after in each dimension. Inputs: x.
struct pad_op {
  std::vector<std::int64_t> before, after;
  float value = 0;
};

/// [n, ...] to [n, k]. Inputs: x. (Flatten with axis 1, and a Reshape that does the same.)
struct flatten_op {};

/// The same elements in another shape: `shape` is without the batch, which stays. Inputs: x.
struct reshape_op {
  std::vector<std::int64_t> shape;
};

/// Permutes dimensions. Inputs: x.
struct transpose_op {
  std::vector<std::int64_t> permutation;
};

/// exp(x) / sum(exp(x)) along a dimension, or the logarithm of that. Inputs: x.
struct softmax_op {
  std::int64_t axis = 1;
  bool logarithm = false;
};

/// The indices of the k greatest along a dimension, greatest first; the first index wins a tie. ONNX's ArgMax (k = 1,
/// where `keep_dimension` is false the dimension goes) and the second output of TopK. Inputs: x.
struct top_k_op {
  std::int64_t k = 1;
  std::int64_t axis = 1;
  bool keep_dimension = true;
};

/// Every operator. The set is closed, so that whoever visits it can't forget one.
using network_op =
    std::variant<quant_op, bipolar_quant_op, matmul_op, gemm_op, conv_op, conv_transpose_op, add_op, sub_op, mul_op,
                 div_op, pow_op, relu_op, clip_op, batch_norm_op, max_pool_op, average_pool_op, global_average_pool_op,
                 trunc_op, multi_threshold_op, upsample_op, concat_op, pad_op, flatten_op, reshape_op, transpose_op,
                 softmax_op, top_k_op, function_op, prelu_op, max_op, min_op, sum_op, select_op>;

/// One operator; inputs and outputs are tensor names.
struct network_node {
  std::string name;
  network_op op;
  std::vector<std::string> inputs;
  std::string output;
};

/// One of several outputs of a file.
struct network_output {
  std::string name;                 ///< in the file
  std::vector<std::int64_t> shape;  ///< without the batch
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
  std::map<std::string, std::string> metadata;  ///< the file's metadata_props, `spillway.accumulator.NODE` for instance
  std::vector<assumption> assumptions;          ///< of the reader
  /// Where a file has several outputs: these, of which `output` has all elements, one behind the other. The last node
  /// joins them, each behind a Reshape of its own.
  std::vector<network_output> outputs = {};
};

/// Evaluates the graph in float32, node by node, as an ONNX runtime would: `input` is [n, ...] with the element count
/// of n input shapes; returns [n, ...] likewise. Throws `input_error` on a shape that does not fit.
/// models/network/evaluate.h shows the tensors between, and evaluates in double.
float_tensor evaluate(const network& net, const float_tensor& input);

}  // namespace spillway
