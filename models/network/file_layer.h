// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/models/network/network.h"

namespace spillway {

/// A MatMul, Gemm or Conv of a file whose weights stand behind a Quant of their own (Transposes may stand between),
/// signed, with zero point 0 and a scale for all or for each output: what post-training reads and writes. A product of
/// K = `columns` weights a row; rows [g * rows / groups, (g + 1) * rows / groups) of a grouped convolution read group g
/// of its input channels.
struct file_layer {
  std::string name;                        ///< of the product's node
  std::string input;                       ///< the tensor that it multiplies
  std::size_t product = 0, quantizer = 0;  ///< indices of nodes
  std::int64_t rows = 1, columns = 1, groups = 1;
  std::vector<std::int64_t> shape;  ///< of the weights as the product reads them
  std::vector<std::size_t> places;  ///< of weight (row, k) among the constant's values, [rows, columns]
  std::size_t row_dimension = 0;    ///< of the constant: that of the outputs
  int weight_bits = 8;
  std::vector<std::int64_t> weights;  ///< integers, [rows, columns]
  std::vector<float> scale;           ///< one a row

  /// Outputs that read the same inputs.
  std::int64_t rows_of_group() const { return rows / groups; }
};

/// A product that can't be changed, and why: bipolar weights, for instance, which can't become 0.
struct skipped_layer {
  std::string name, reason;
};

/// The products of a network, in its order; those that can't be changed go to `skipped`.
std::vector<file_layer> file_layers(const network& net, std::vector<skipped_layer>& skipped);

/// Puts the layer's integers and scales, of which only the values may have changed, into the file: float32(integer *
/// scale) behind a narrow Quant with one scale an output.
void write_layer(network& net, const file_layer& layer);

/// What group `group` of the layer multiplies in a batch of its input tensor: [samples, columns]. Of a convolution, at
/// most about `positions` of each frame, evenly spread; padding is 0.
std::vector<float> layer_inputs(const network& net, const file_layer& layer, const float_tensor& input,
                                std::int64_t group, std::int64_t positions);

}  // namespace spillway
