// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// The quantizer between two layers: round half to even, zero point 0.
struct activation_quantizer {
  integer_type type = unsigned_type(4);
  float scale = 1;
};

/// One linear layer in integers, as training leaves it: y = weights * scale * x + bias.
struct linear_layer {
  std::string name;          ///< of its MatMul node; "MatMul_<index>" if empty
  integer_tensor weights;    ///< [MH, MW], bipolar or of 1 to 4096 bits
  std::vector<float> scale;  ///< one, or one a row
  std::vector<float> bias;   ///< none, or one a row
  std::optional<activation_quantizer> activation;
  std::optional<int> claimed_bits;  ///< the accumulator width that the layer was trained for
};

/// A linear network in integers, ready to become a file.
struct linear_export {
  std::string name = "network";
  integer_type input_type = unsigned_type(1);
  float input_scale = 1;
  std::vector<linear_layer> layers;
};

/// The QONNX network that says the same: Quant (BipolarQuant) of the input, then for each layer a weight Quant, MatMul,
/// Add if there is a bias, Quant if there is an activation. Claims become metadata (`accumulator_key`).
///
/// The file holds real weights, float32(integer * scale). Throws `config_error`, naming the layer, if one would not
/// come back as its integer (some beyond 2^22, products beyond float32's range), or if shapes or scales are wrong.
network make_linear_network(const linear_export& from);

/// The metadata key under which a file claims an accumulator width for a MatMul or Gemm node.
std::string accumulator_key(const std::string& node);

}  // namespace spillway
