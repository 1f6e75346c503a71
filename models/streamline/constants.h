// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/network/real_tensor.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/lazy_real.h"

namespace spillway {

/// The integers of a constant behind a quantizer: real = integer * scale, element by element.
struct quantized_constant {
  tensor_shape shape;
  integer_tensor integers;   ///< [elements of shape], the zero point taken away
  tensor_shape scale_shape;  ///< of the rank of `shape`, each dimension 1 or that of `shape`
  std::vector<float> scale;
  double largest_residual = 0;
  std::int64_t clamped = 0;
};

/// A constant of the graph, as the file gives it or computes it: in float32, operator by operator, in the file's order.
struct constant_value {
  float_tensor real;
  std::optional<double_tensor> unrounded;  ///< what double arithmetic makes of the file's constants, if it is another
  std::optional<quantized_constant> quantized;  ///< of one that a quantizer made
  std::int64_t rounded_otherwise = 0;           ///< numbers, or integers, that exact arithmetic would round otherwise
};

/// The numbers of a constant. Throws `input_error` for one that is not finite.
std::vector<bracket> reals_of(const float_tensor& constant);

/// Whole numbers as integers of the least type that holds them; none if one is not whole, or needs more than 32 bits.
std::optional<quantized_constant> whole_numbers(const float_tensor& plain);

/// What a node makes of constants alone. Throws `input_error`, naming the node, for a weight zero point that is not
/// whole, and for results that are not finite.
constant_value propagate(const network_node& node, const std::vector<const constant_value*>& inputs);

}  // namespace spillway
