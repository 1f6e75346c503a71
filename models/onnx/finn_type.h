// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spillway/models/network/network.h"
#include "spillway/models/onnx/constant.h"

namespace spillway {

/// A number type as FINN and QONNX name it (`finn_datatype`): BINARY, BIPOLAR, TERNARY, INTn, UINTn, FIXED<bits,integer
/// bits>, SCALEDINT<n>, FLOAT32. Not installed.
struct finn_type {
  enum class kind : unsigned char { integer, bipolar, scaled, real };
  kind is = kind::integer;
  int bits = 1;
  bool is_signed = false, narrow = false;
  int fraction = 0;  ///< bits behind the point, of FIXED
};

/// None for a name that is no type.
std::optional<finn_type> parse_finn_type(std::string_view name);

/// The quantizer that leaves every value of the type as it is. Of integer and bipolar types.
network_op quantizer_of(const finn_type& type);

/// The quantizer that leaves a constant as it is, whose type the file states as `type`. Throws `input_error`, naming
/// `what`, for elements that are no values of the type, and for a type that is unknown or real.
network_op quantizer_of(const graph_constant& constant, const std::string& type, const std::string& what);

}  // namespace spillway
