// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/lazy_real.h"

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

/// What the file computes from constants and no float32 is.
struct real_constant {
  tensor_shape shape;
  std::vector<bracket> values;
};

/// A constant of the graph: as the file has it, quantized, or computed.
using constant_value = std::variant<float_tensor, quantized_constant, real_constant>;

const tensor_shape& shape_of(const constant_value& constant);

/// All elements, exactly.
std::vector<bracket> reals_of(const constant_value& constant);

/// Whole numbers as integers of the least type that holds them; none if one is not whole, or needs more than 32 bits.
std::optional<quantized_constant> whole_numbers(const float_tensor& plain);

/// What a node makes of constants alone. Throws `input_error`, naming the node, for an operator that can't be
/// propagated, a weight zero point that is not whole, and a constant that is quantized twice.
constant_value propagate(const network_node& node, const std::vector<const constant_value*>& inputs,
                         const tensor_shape& shape);

}  // namespace spillway
