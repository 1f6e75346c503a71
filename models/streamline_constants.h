// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "models/integer_tensor.h"
#include "models/network.h"
#include "models/network_shapes.h"
#include "models/rational.h"

namespace spillway {

/// A constant behind a quantizer: real = integer * scale, element by element.
struct quantized_constant {
  tensor_shape shape;
  integer_tensor integers;   ///< [elements of shape], the zero point taken away
  tensor_shape scale_shape;  ///< of the rank of `shape`, each dimension 1 or that of `shape`
  std::vector<float> scale;
  double largest_residual = 0;
  std::int64_t clamped = 0;
};

/// A constant of the graph: as the file has it, or quantized.
using constant_value = std::variant<float_tensor, quantized_constant>;

const tensor_shape& shape_of(const constant_value& constant);

/// All elements, exactly.
std::vector<rational> reals_of(const constant_value& constant);

/// What a node makes of a constant. Throws `input_error`, naming the node, for a zero point that is not whole, and for
/// a constant that is quantized twice.
constant_value apply(const quant_op& op, const constant_value& constant, const std::string& node);
constant_value apply(const bipolar_quant_op& op, const constant_value& constant, const std::string& node);
constant_value apply(const transpose_op& op, const constant_value& constant);

}  // namespace spillway
