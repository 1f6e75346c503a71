// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "models/network.h"

namespace spillway {

/// How a file says its quantizers.
enum class onnx_dialect : unsigned char {
  qonnx,  ///< operators of their own: Quant, BipolarQuant, Trunc, MultiThreshold; weights are float32
  qcdq,   ///< ONNX's QuantizeLinear, Clip and DequantizeLinear; weights are integers of 8 bits, a byte each
};

/// "qonnx" or "qcdq". Throws `config_error` that names the nearest for another name.
std::string_view to_string(onnx_dialect dialect);
onnx_dialect parse_onnx_dialect(std::string_view name);

/// Writes a network as ONNX (opset 13, IR version 8, quantizers of QONNX in `qonnx.custom_op.general`, constants raw
/// and little-endian). `read_qonnx` gives the same network back, and the same network gives the same bytes. Of QCDQ,
/// what comes back instead of a quantized constant is its integers' real values, behind the same quantizer.
///
/// The file appears whole or not at all: it is written beside `path` and renamed. Throws `io_error` if the system
/// refuses (no such folder, no permission, a full disk) and `input_error`, naming the node, if the network's shapes
/// don't fit or the dialect can't say what it does.
void write_qonnx(const network& net, const std::filesystem::path& path, onnx_dialect dialect = onnx_dialect::qonnx);

/// The bytes of that file. Throws `input_error` as above.
std::string qonnx_bytes(const network& net, onnx_dialect dialect = onnx_dialect::qonnx);

}  // namespace spillway
