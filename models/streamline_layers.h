// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "models/integer_network.h"
#include "models/network.h"
#include "models/rational.h"
#include "models/streamline_constants.h"

namespace spillway {

/// What integers stand for: real[c] = scale[c] * integer[c] + offset[c], exactly. Scales are not 0. One element that
/// holds for all channels, or one a channel.
struct affine {
  std::vector<rational> scale{1};
  std::vector<rational> offset{0};

  const rational& scale_of(std::int64_t channel) const { return element(scale, channel); }
  const rational& offset_of(std::int64_t channel) const { return element(offset, channel); }

 private:
  static const rational& element(const std::vector<rational>& values, std::int64_t channel) {
    return values.size() == 1 ? values[0] : values[static_cast<std::size_t>(channel)];
  }
};

/// A matrix-vector product under way: the layer, and what its accumulators stand for.
struct linear_product {
  integer_layer layer;
  affine accumulator;
};

/// Multiplies integers of `input_type`, which stand for `input`, by `weights` ([k, m], or [m, k] if transposed).
/// Throws `input_error`, naming the node, if no single scale can be drawn out of each dot product.
linear_product multiply(const quantized_constant& weights, bool weights_are_rows, integer_type input_type,
                        const affine& input, const std::string& node);

/// Negates the rows whose scale is negative, so that all are positive; weights widen if a negated one needs it.
void make_scales_positive(linear_product& product);

/// Gives the layer the thresholds that a quantizer after it comes to, and returns what its outputs then stand for.
/// Scales of the product must be positive. Throws `input_error`, naming the node, beyond 65,535 thresholds a row or
/// 2^24 in all.
affine add_thresholds(linear_product& product, const quant_op& op, const std::string& node);
affine add_thresholds(linear_product& product, const bipolar_quant_op& op, const std::string& node);

}  // namespace spillway
