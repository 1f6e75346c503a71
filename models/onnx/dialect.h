// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace spillway {

/// How a file says its quantizers.
enum class onnx_dialect : unsigned char {
  qonnx,  ///< operators of their own: Quant, BipolarQuant, Trunc, MultiThreshold; weights are float32
  qcdq,   ///< ONNX's QuantizeLinear, Clip and DequantizeLinear; weights are integers of 8 bits, a byte each
};

/// "qonnx" or "qcdq". Throws `config_error` that names the nearest for another name.
std::string_view to_string(onnx_dialect dialect);
onnx_dialect parse_onnx_dialect(std::string_view name);

}  // namespace spillway
